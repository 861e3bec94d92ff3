/* Signing up, and what is mine.
 *
 *   POST  /api/users             {} or {"name","password"}: 201
 *   GET   /api/me                who am I, and how do I stand?
 *   PATCH /api/me                {"name","password","old_password"}
 *   GET   /api/me/progress[?course=]
 *
 * An anonymous learner is a user without a name; she may name herself later
 * and keeps her points.  A user's id identifies and never authenticates: only
 * she herself is ever told it.
 */
#include "core/access.h"
#include "core/assignment.h"
#include "core/handler.h"
#include "core/user.h"
#include "lib/conf.h"
#include "lib/secret.h"

#include <stdio.h>

static const struct json_field sign_up_fields[] = {
    {"name", JSON_TEXT, 0, false},
    {"password", JSON_TEXT, 0, false},
};

static const struct json_field change_fields[] = {
    {"name", JSON_TEXT, 0, false},
    {"password", JSON_TEXT, 0, false},
    {"old_password", JSON_TEXT, 0, false},
};

/* Check name and password where they are given.  ERR_INVALID is replied. */
static enum err
check(struct http_request *r, const char *name, const char *password)
{
    const char *why = name != NULL ? user_name_fault(name) : NULL;
    if (why != NULL)
        return http_problem(r, ERR_INVALID, "name", "%s", why);
    why = password != NULL ? user_password_fault(password) : NULL;
    if (why != NULL)
        return http_problem(r, ERR_INVALID, "password", "%s", why);
    return ERR_OK;
}

static enum err
name_is_taken(struct http_request *r)
{
    return http_problem(r, ERR_CONFLICT, "name", "is taken");
}

static enum err
sign_up(struct http_request *r)
{
    const struct json *body = NULL;
    char id[37], token[SECRET_TOKEN_SIZE];
    enum err e = http_json(r, sign_up_fields, 2, &body);
    if (e != ERR_OK)
        return e;
    const char *name = json_text(json_get(body, "name"));
    const char *password = json_text(json_get(body, "password"));
    if ((name == NULL) != (password == NULL))
        return http_problem(r, ERR_INVALID, name ? "password" : "name",
                            "is missing");
    e = check(r, name, password);
    if (e != ERR_OK)
        return e;
    e = user_create(r->db, name, password, id, token);
    if (e == ERR_CONFLICT)
        return name_is_taken(r);
    if (e != ERR_OK)
        return e;
    access_set_cookie(r, token);
    http_set_header(r, "Location", "/api/me");
    struct json *j = json_object();
    json_add_text(j, "id", id);
    if (name != NULL)
        json_add_text(j, "name", name);
    else
        json_add_null(j, "name");
    json_add_text(j, "role", "learner");
    json_add_text(j, "token", token);
    return http_reply_json(r, 201, j);
}

static enum err
get_me(struct http_request *r)
{
    const struct caller *c = access_caller(r);
    struct user_totals t;
    enum err e = user_totals(r->db, c->id, &t);
    if (e != ERR_OK)
        return e;
    if (http_wants_text(r))
        return http_reply_text(r, 200, "%s %s %g points %lld solved",
                               t.name[0] ? t.name : "anonymous", c->role,
                               t.points, (long long)t.solved);
    struct json *j = json_object();
    json_add_text(j, "id", c->id);
    if (t.name[0] != '\0')
        json_add_text(j, "name", t.name);
    else
        json_add_null(j, "name");
    json_add_text(j, "role", c->role);
    json_add_number(j, "points", t.points);
    json_add_int(j, "solved", t.solved);
    if (t.pending != 0)
        json_add_int(j, "pending", t.pending);
    else
        json_add_null(j, "pending");
    return http_reply_json(r, 200, j);
}

static enum err
change_me(struct http_request *r)
{
    const struct caller *c = access_caller(r);
    const struct json *body = NULL;
    enum err e = http_json(r, change_fields, 3, &body);
    if (e != ERR_OK)
        return e;
    const char *name = json_text(json_get(body, "name"));
    const char *password = json_text(json_get(body, "password"));
    const char *old = json_text(json_get(body, "old_password"));
    e = check(r, name, password);
    if (e != ERR_OK)
        return e;
    e = user_change(r->db, c->id, name, password, old, c->token_id);
    if (e == ERR_CONFLICT)
        return name_is_taken(r);
    if (e == ERR_FORBIDDEN)
        return http_problem(r, ERR_INVALID, "old_password",
                            old ? "is wrong" : "is missing");
    if (e == ERR_INVALID)
        return http_problem(r, ERR_INVALID, "name",
                            "is missing: who has a password needs a name");
    return e != ERR_OK ? e : get_me(r);
}

static enum err
get_progress(struct http_request *r)
{
    const char *course = http_query(r, "course");
    struct json *j = NULL;
    if (course == NULL)
        course = conf()->default_course;
    if (!assignment_is_slug(course))
        return ERR_NOT_FOUND;
    enum err e = user_progress(r->db, access_user(r), access_is_admin(r),
                               course, &j);
    return e != ERR_OK ? e : http_reply_json(r, 200, j);
}

static const struct http_route routes[] = {
    {HTTP_POST, "/api/users", HTTP_NOBODY, sign_up},
    {HTTP_GET, "/api/me", HTTP_USER, get_me},
    {HTTP_PATCH, "/api/me", HTTP_USER, change_me},
    {HTTP_GET, "/api/me/progress", HTTP_USER, get_progress},
};

int
main(int argc, char **argv)
{
    return handler_main("users", routes, sizeof routes / sizeof routes[0],
                        false, argc, argv);
}
