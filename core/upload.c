#include "core/upload.h"

#include "core/language.h"
#include "lib/conf.h"
#include "lib/mem.h"
#include "lib/multipart.h"
#include "lib/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was found in the request, before it is checked; borrowed. */
struct found {
    const char *language; /* NULL: not said */
    size_t language_size;
    const char *code;
    size_t size;
    const char *filename;
};

/* The installed languages, read once a process: files of this machine, which
 * change only with the programs. */
static const struct language *
languages(size_t *count)
{
    static struct language *loaded;
    static size_t nloaded;

    if (loaded == NULL) {
        char *dir = xasprintf("%s/languages", conf()->share_dir);
        if (language_load(dir, conf()->languages, &loaded, &nloaded) != ERR_OK)
            nloaded = 0; /* printed; then only explicit names are understood */
        free(dir);
    }
    *count = nloaded;
    return loaded;
}

static enum err
read_json(struct http_request *r, struct found *f)
{
    static const struct json_field fields[] = {
        {"language", JSON_TEXT, 32, false},
        {"code", JSON_TEXT, 0, true},
    };
    const struct json *body = NULL;
    enum err e = http_json(r, fields, 2, &body);
    if (e != ERR_OK)
        return e;
    f->language = json_text(json_get(body, "language"));
    f->language_size = f->language ? strlen(f->language) : 0;
    f->code = json_text(json_get(body, "code"));
    f->size = strlen(f->code);
    return ERR_OK;
}

/* One part: where does it belong?  NULL, or what is wrong with it. */
static const char *
take_part(const struct multipart_part *p, struct found *f)
{
    if (strcmp(p->name, "language") == 0) {
        if (f->language != NULL)
            return "comes twice";
        f->language = p->data;
        f->language_size = p->size;
        return NULL;
    }
    if (strcmp(p->name, "code") != 0 && strcmp(p->name, "file") != 0)
        return "is not a field of this request";
    if (f->code != NULL)
        return "is a second program; send one";
    f->code = p->data;
    f->size = p->size;
    if (p->filename[0] != '\0')
        f->filename = p->filename;
    return NULL;
}

static enum err
read_multipart(struct http_request *r, struct multipart_part *parts,
               struct found *f)
{
    const char *boundary = http_content_param(r, "boundary");
    const char *body = NULL, *why = NULL;
    size_t size = 0;

    if (boundary == NULL)
        return http_problem(r, ERR_SYNTAX, "Content-Type", "has no boundary");
    enum err e = http_body(r, &body, &size);
    if (e != ERR_OK)
        return e;
    int n = multipart_parse(body, size, boundary, parts, &why);
    if (n < 0)
        return http_problem(r, ERR_SYNTAX, "body", "%s", why);
    for (int i = 0; i < n; i++) {
        why = take_part(&parts[i], f);
        if (why != NULL)
            return http_problem(
                r, ERR_INVALID,
                text_is_utf8(parts[i].name, strlen(parts[i].name))
                    ? parts[i].name
                    : "body",
                "%s", why);
    }
    return f->code != NULL ? ERR_OK
                           : http_problem(r, ERR_INVALID, "code", "is missing");
}

/* May a body of this type be a program as it is? */
static bool
is_raw_type(const char *type)
{
    return *type == '\0' || strncmp(type, "text/", 5) == 0 ||
           strncmp(type, "application/", 12) == 0;
}

static enum err
read_body(struct http_request *r, struct multipart_part *parts, struct found *f)
{
    const char *type = http_content_type(r);
    const char *encoding = http_header(r, "Content-Encoding");

    if (encoding != NULL && strcmp(encoding, "identity") != 0)
        return http_problem(r, ERR_MEDIA_TYPE, "Content-Encoding",
                            "is not supported");
    if (strcmp(type, "application/json") == 0)
        return read_json(r, f);
    if (strcmp(type, "multipart/form-data") == 0)
        return read_multipart(r, parts, f);
    if (!is_raw_type(type))
        return http_problem(r, ERR_MEDIA_TYPE, "Content-Type",
                            "must be application/json, multipart/form-data, "
                            "or text for the program itself");
    return http_body(r, &f->code, &f->size);
}

/* The language: said in the body, in the query, or by a name or type. */
static enum err
choose_language(struct http_request *r, const struct found *f, char out[33])
{
    size_t n = 0;
    const struct language *all = languages(&n), *l = NULL;
    const char *query = http_query(r, "language");
    const char *name = f->filename ? f->filename : http_param(r, "file");

    if (f->language == NULL && query == NULL) {
        if (name != NULL)
            l = language_of_file(all, n, name);
        if (l == NULL)
            l = language_of_type(all, n, http_content_type(r));
        if (l == NULL)
            return http_problem(r, ERR_INVALID, "language",
                                "is missing, and no file name or type says it");
        snprintf(out, 33, "%s", l->id);
        return ERR_OK;
    }
    const char *said = f->language ? f->language : query;
    size_t size = f->language ? f->language_size : strlen(query);
    if (size == 0 || size > 32 || !text_is_utf8(said, size))
        return http_problem(r, ERR_INVALID, "language", "is not a language");
    memcpy(out, said, size);
    out[size] = '\0';
    return ERR_OK;
}

static enum err
check_code(struct http_request *r, const struct found *f)
{
    if (f->size == 0)
        return http_problem(r, ERR_INVALID, "code", "is empty");
    if (f->size > (size_t)conf()->code_max_bytes)
        return http_problem(r, ERR_TOO_LARGE, "code",
                            "must not exceed %lld bytes",
                            (long long)conf()->code_max_bytes);
    if (!text_is_utf8(f->code, f->size))
        return http_problem(r, ERR_INVALID, "code",
                            "must be UTF-8 text without NUL");
    return ERR_OK;
}

enum err
upload_read(struct http_request *r, struct upload *out)
{
    struct multipart_part *parts = xcalloc(MULTIPART_PARTS_MAX, sizeof *parts);
    struct found f = {0};

    memset(out, 0, sizeof *out);
    enum err e = read_body(r, parts, &f);
    if (e == ERR_OK)
        e = check_code(r, &f);
    if (e == ERR_OK)
        e = choose_language(r, &f, out->language);
    if (e == ERR_OK)
        out->code = xstrndup(f.code, f.size);
    free(parts);
    return e;
}

void
upload_free(struct upload *u)
{
    if (u == NULL)
        return;
    free(u->code);
    u->code = NULL;
}
