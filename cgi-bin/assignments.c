/* Assignments, as learners read them.
 *
 *   GET /api/assignments[?course=]      the list of a course
 *   GET /api/assignments/next           the first not yet solved by the caller
 *   GET /api/assignments/{a}            one: 7, hello or demo/hello
 *   GET /api/assignments/{a}/files/{f}  a picture or data file of its handout
 *   (internal) /_member/…               the same for courses not public
 *
 * What everybody may see is the same for everybody, so three caches hold it:
 * the browser (ETag), nginx (one second) and Redis.  The routes in front of
 * nginx's cache do not even look at the caller; where the course is not
 * public they show nothing and send nginx on to /_member, which looks, and
 * which no shared cache ever sees (docs/INTERFACES.md).
 *
 * In Redis are rendered bytes, under the version and a digest of all else
 * that is in them.  One indexed look-up per request says which bytes are
 * right now and whether they may be seen, so there is nothing to purge that
 * could be forgotten: what is not current is not asked for again.  Without
 * Redis they are rendered.
 */
#include "core/access.h"
#include "core/assignment.h"
#include "core/handler.h"
#include "lib/conf.h"
#include "lib/secret.h"
#include "lib/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* -- bytes that may be kept -- */

/* Does the client have `etag` (with its quotes) already? */
static bool
client_has(struct http_request *r, const char *etag)
{
    const char *have = http_header(r, "If-None-Match");
    return have != NULL &&
           (strcmp(have, "*") == 0 || strstr(have, etag) != NULL);
}

/* Reply with bytes that are the same for all who may see them: 200 or 304. */
static enum err
reply_bytes(struct http_request *r, const char *type, const char *data,
            size_t size, bool is_public)
{
    unsigned char hash[SECRET_HASH_SIZE];
    char etag[2 * 16 + 3] = "\"";

    secret_hash(data, size, hash);
    secret_hex(hash, 16, etag + 1);
    strcat(etag, "\"");
    http_set_header(r, "ETag", "%s", etag);
    http_set_header(r, "Vary", "Accept");
    http_set_header(r, "Cache-Control", "%s",
                    is_public ? "public, max-age=0, must-revalidate"
                              : "private, no-cache");
    if (client_has(r, etag))
        return http_reply_empty(r, 304);
    return http_reply(r, 200, type, data, size);
}

typedef enum err render_fn(struct db *db, const struct assignment_ref *ref,
                           bool text, struct buf *out);

/* The bytes from Redis, or rendered and then kept there. */
static enum err
fetch(struct http_request *r, const struct assignment_ref *ref,
      render_fn *render, struct buf *out)
{
    bool text = http_wants_text(r);
    size_t size = 0;
    char *key = xasprintf("cache:%s:%lld:%s:%s",
                          ref->version ? "assignment" : "assignments",
                          (long long)(ref->version ? ref->version : ref->id),
                          ref->digest, text ? "text" : "json");
    char *kept = redis_get(r->redis, key, &size);
    enum err e = ERR_OK;

    if (kept != NULL) {
        buf_add(out, kept, size);
    } else {
        e = render(r->db, ref, text, out);
        if (e == ERR_OK)
            redis_set(r->redis, key, out->data, out->size, ref->ttl);
    }
    free(kept);
    free(key);
    return e;
}

static const char *
media_type(struct http_request *r)
{
    return http_wants_text(r) ? "text/plain; charset=utf-8"
                              : "application/json";
}

static enum err
reply_rendered(struct http_request *r, const struct assignment_ref *ref,
               render_fn *render)
{
    struct buf b = {0};
    enum err e = fetch(r, ref, render, &b);
    if (e == ERR_OK)
        e = reply_bytes(r, media_type(r), b.data, b.size, ref->is_public);
    buf_free(&b);
    return e;
}

/* -- files of a handout -- */

/* What a browser may show by itself; all else is a download. */
static const char *
type_of_file(const char *name)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {
        {".png", "image/png"},       {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},     {".gif", "image/gif"},
        {".webp", "image/webp"},     {".svg", "image/svg+xml"},
        {".txt", "text/plain"},      {".csv", "text/plain"},
        {".pdf", "application/pdf"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (text_ends_with(name, types[i].suffix))
            return types[i].type;
    return NULL;
}

static enum err
reply_file(struct http_request *r, const struct assignment_ref *ref)
{
    const char *name = http_param(r, "file");
    const char *type = type_of_file(name);
    char *data = NULL;
    size_t size = 0;
    enum err e = assignment_file(r->db, ref, name, &data, &size);
    if (e != ERR_OK)
        return e;
    /* a drawing may hold scripts: as a page of its own it gets no rights */
    http_set_header(r, "Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    if (type == NULL)
        http_set_header(r, "Content-Disposition", "attachment");
    e = reply_bytes(r, type ? type : "application/octet-stream", data, size,
                    ref->is_public);
    free(data);
    return e;
}

/* -- the shared routes: nobody's credentials are here -- */

/* Percent-encode one path segment for a redirect inside nginx. */
static void
add_segment(struct buf *b, const char *s)
{
    for (; *s != '\0'; s++)
        if (isalnum((unsigned char)*s) || strchr("-._~", *s))
            buf_add(b, s, 1);
        else
            buf_fmt(b, "%%%02X", (unsigned char)*s);
}

static const char *
course_asked(struct http_request *r)
{
    const char *course = http_query(r, "course");
    return course != NULL ? course : conf()->default_course;
}

static enum err
find_one(struct http_request *r, struct assignment_ref *ref)
{
    struct assignment_name name;
    if (!assignment_name_parse(http_param(r, "a"), http_query(r, "course"),
                               &name))
        return ERR_NOT_FOUND;
    return assignment_find(r->db, &name, access_user(r), access_is_admin(r),
                           ref);
}

static enum err
find_list(struct http_request *r, struct assignment_ref *ref)
{
    const char *course = course_asked(r);
    if (!assignment_is_slug(course))
        return ERR_NOT_FOUND;
    return assignment_find_list(r->db, course, access_user(r),
                                access_is_admin(r), ref);
}

static enum err
get_list(struct http_request *r)
{
    struct assignment_ref ref;
    enum err e = find_list(r, &ref);
    if (e != ERR_OK)
        return e;
    if (ref.is_public)
        return reply_rendered(r, &ref, assignment_render_list);
    char *uri = xasprintf("/_member/assignments?course=%s", course_asked(r));
    e = http_redirect_internal(r, uri);
    free(uri);
    return e;
}

/* To the members' route of this assignment, and of one of its files. */
static enum err
redirect_to_member(struct http_request *r, const struct assignment_ref *ref,
                   const char *file)
{
    struct buf b = {0};
    buf_fmt(&b, "/_member/assignments/%lld", (long long)ref->id);
    if (file != NULL) {
        buf_str(&b, "/files/");
        add_segment(&b, file);
    }
    http_redirect_internal(r, b.data);
    buf_free(&b);
    return ERR_OK;
}

static enum err
get_one(struct http_request *r)
{
    struct assignment_ref ref;
    enum err e = find_one(r, &ref);
    if (e != ERR_OK)
        return e;
    return ref.is_public ? reply_rendered(r, &ref, assignment_render)
                         : redirect_to_member(r, &ref, NULL);
}

static enum err
get_file(struct http_request *r)
{
    struct assignment_ref ref;
    enum err e = find_one(r, &ref);
    if (e != ERR_OK)
        return e;
    return ref.is_public ? reply_file(r, &ref)
                         : redirect_to_member(r, &ref, http_param(r, "file"));
}

/* -- the members' routes: after the look at the caller, the same bytes -- */

static enum err
member_list(struct http_request *r)
{
    struct assignment_ref ref;
    enum err e = find_list(r, &ref);
    if (e != ERR_OK || !ref.may_see)
        return e == ERR_OK ? ERR_NOT_FOUND : e;
    return reply_rendered(r, &ref, assignment_render_list);
}

static enum err
member_one(struct http_request *r)
{
    struct assignment_ref ref;
    enum err e = find_one(r, &ref);
    if (e != ERR_OK || !ref.may_see)
        return e == ERR_OK ? ERR_NOT_FOUND : e;
    return reply_rendered(r, &ref, assignment_render);
}

static enum err
member_file(struct http_request *r)
{
    struct assignment_ref ref;
    enum err e = find_one(r, &ref);
    if (e != ERR_OK || !ref.may_see)
        return e == ERR_OK ? ERR_NOT_FOUND : e;
    return reply_file(r, &ref);
}

/* -- what depends on the caller -- */

static enum err
get_next(struct http_request *r)
{
    const char *course = course_asked(r);
    struct assignment_ref ref;
    struct buf b = {0};

    if (!assignment_is_slug(course))
        return ERR_NOT_FOUND;
    enum err e = assignment_find_next(r->db, course, access_user(r),
                                      access_is_admin(r), &ref);
    if (e == ERR_OK && ref.id == 0)
        return http_reply_empty(r, 204);
    if (e == ERR_OK)
        e = fetch(r, &ref, assignment_render, &b);
    if (e == ERR_OK)
        e = http_reply(r, 200, media_type(r), b.data, b.size);
    buf_free(&b);
    return e;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/api/assignments", HTTP_NOBODY, get_list},
    {HTTP_GET, "/api/assignments/next", HTTP_ANYONE, get_next},
    {HTTP_GET, "/api/assignments/{a+}/files/{file}", HTTP_NOBODY, get_file},
    {HTTP_GET, "/api/assignments/{a+}", HTTP_NOBODY, get_one},
    {HTTP_GET, "/_member/assignments", HTTP_INTERNAL, member_list},
    {HTTP_GET, "/_member/assignments/{a}/files/{file}", HTTP_INTERNAL,
     member_file},
    {HTTP_GET, "/_member/assignments/{a}", HTTP_INTERNAL, member_one},
};

int
main(int argc, char **argv)
{
    return handler_main("assignments", routes, sizeof routes / sizeof routes[0],
                        false, argc, argv);
}
