/* Reading a request: parameters, query, headers, cookies, body. */
#include "lib/conf.h"
#include "lib/http_impl.h"
#include "lib/secret.h"
#include "lib/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct http_scrap {
    struct http_scrap *next;
    char text[];
};

char *
http_scrap(struct http_request *r, size_t size)
{
    struct http_scrap *s = xcalloc(1, sizeof *s + size);
    s->next = r->impl->scraps;
    r->impl->scraps = s;
    return s->text;
}

void
http_request_free(struct http_request *r)
{
    struct http_impl *i = r->impl;
    while (i->scraps != NULL) {
        struct http_scrap *next = i->scraps->next;
        free(i->scraps);
        i->scraps = next;
    }
    free(i->body);
    json_free(i->json);
    buf_free(&i->headers);
    buf_free(&i->out);
}

const char *
http_env(const struct http_request *r, const char *name)
{
    size_t n = strlen(name);
    for (char **e = r->impl->env; e != NULL && *e != NULL; e++)
        if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
            return *e + n + 1;
    return NULL;
}

static const char *
find_pair(const struct http_pair *pairs, size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(pairs[k].name, name) == 0)
            return pairs[k].value;
    return NULL;
}

const char *
http_param(struct http_request *r, const char *name)
{
    return find_pair(r->impl->params, r->impl->nparams, name);
}

const char *
http_query(struct http_request *r, const char *name)
{
    return find_pair(r->impl->query, r->impl->nquery, name);
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decode %XX and + of `size` bytes; NULL when the result is not UTF-8. */
static const char *
url_decode(struct http_request *r, const char *s, size_t size)
{
    char *out = http_scrap(r, size + 1);
    size_t n = 0;
    for (size_t k = 0; k < size; k++) {
        int hi = k + 2 < size ? hex_digit(s[k + 1]) : -1;
        int lo = k + 2 < size ? hex_digit(s[k + 2]) : -1;
        if (s[k] == '%' && hi >= 0 && lo >= 0) {
            out[n++] = (char)(hi * 16 + lo);
            k += 2;
        } else {
            out[n++] = s[k] == '+' ? ' ' : s[k];
        }
    }
    return text_is_utf8(out, n) ? out : NULL;
}

void
http_parse_query(struct http_request *r)
{
    struct http_impl *i = r->impl;
    const char *q = http_env(r, "QUERY_STRING");
    while (q != NULL && *q != '\0' && i->nquery < HTTP_PAIRS_MAX) {
        size_t size = strcspn(q, "&");
        const char *equals = memchr(q, '=', size);
        size_t name = equals ? (size_t)(equals - q) : size;
        const char *key = url_decode(r, q, name);
        const char *value = equals ? url_decode(r, equals + 1, size - name - 1)
                                   : "";
        if (key != NULL && value != NULL)
            i->query[i->nquery++] = (struct http_pair){key, value};
        q += size + (q[size] == '&');
    }
}

enum err
http_query_int(struct http_request *r, const char *name, int64_t dflt,
               int64_t min, int64_t max, int64_t *out)
{
    const char *text = http_query(r, name);
    *out = dflt;
    if (text == NULL || text_to_int(text, min, max, out))
        return ERR_OK;
    return http_problem(r, ERR_INVALID, name,
                        "must be a whole number from %lld to %lld",
                        (long long)min, (long long)max);
}

const char *
http_header(struct http_request *r, const char *name)
{
    char key[128] = "HTTP_";
    size_t n = 5;
    for (; *name != '\0' && n + 1 < sizeof key; name++)
        key[n++] = *name == '-' ? '_' : (char)toupper((unsigned char)*name);
    key[n] = '\0';
    const char *value = http_env(r, key);
    return value != NULL && *value != '\0' ? value : NULL;
}

const char *
http_cookie(struct http_request *r, const char *name)
{
    const char *p = http_header(r, "Cookie");
    size_t n = strlen(name);
    while (p != NULL && *p != '\0') {
        p += strspn(p, "; \t");
        size_t size = strcspn(p, ";");
        if (size > n && strncmp(p, name, n) == 0 && p[n] == '=') {
            char *value = http_scrap(r, size - n);
            memcpy(value, p + n + 1, size - n - 1);
            return value;
        }
        p += size;
    }
    return NULL;
}

const char *
http_bearer(struct http_request *r)
{
    const char *h = http_header(r, "Authorization");
    if (h == NULL)
        return NULL;
    if (strncasecmp(h, "Bearer ", 7) == 0)
        return h + 7 + strspn(h + 7, " ");
    if (strncasecmp(h, "Basic ", 6) != 0)
        return NULL;
    /* the password is the token; the user's name is not looked at */
    size_t size = strlen(h);
    char *plain = http_scrap(r, size + 1);
    if (!secret_base64(h + 6 + strspn(h + 6, " "), plain, size))
        return "";
    char *colon = strchr(plain, ':');
    return colon != NULL ? colon + 1 : "";
}

bool
http_is_tls(struct http_request *r)
{
    const char *https = http_env(r, "HTTPS");
    if (strncmp(conf()->public_origin, "https:", 6) == 0)
        return true;
    return https != NULL && strcmp(https, "on") == 0;
}

bool
http_wants_text(struct http_request *r)
{
    /* the same rule as nginx.conf's map of $wants, which is a cache key */
    const char *accept = http_header(r, "Accept");
    return accept != NULL && strcasestr(accept, "text/plain") != NULL &&
           strcasestr(accept, "json") == NULL;
}

static enum err
read_body(struct http_request *r)
{
    struct http_impl *i = r->impl;
    const char *length = http_env(r, "CONTENT_LENGTH");
    int64_t size = 0, got = 0;

    if (length != NULL && *length != '\0' &&
        !text_to_int(length, 0, INT64_MAX, &size))
        return http_problem(r, ERR_SYNTAX, NULL, "Content-Length is wrong");
    if (size > conf()->body_max_bytes)
        return http_problem(r, ERR_TOO_LARGE, "body",
                            "must not exceed %lld bytes",
                            (long long)conf()->body_max_bytes);
    i->body = xmalloc((size_t)size + 1);
    while (got < size) {
        ssize_t n = i->read(i->cookie, i->body + got, (size_t)(size - got));
        if (n <= 0)
            return http_problem(r, ERR_SYNTAX, NULL, "the body ended early");
        got += n;
    }
    i->body[got] = '\0';
    i->body_size = (size_t)got;
    return ERR_OK;
}

enum err
http_body(struct http_request *r, const char **body, size_t *size)
{
    struct http_impl *i = r->impl;
    if (i->body == NULL)
        i->body_err = read_body(r);
    *body = i->body;
    *size = i->body_size;
    return i->body_err;
}

const char *
http_content_type(struct http_request *r)
{
    const char *type = http_env(r, "CONTENT_TYPE");
    if (type == NULL)
        return "";
    size_t n = strcspn(type, "; \t");
    char *lower = http_scrap(r, n + 1);
    for (size_t k = 0; k < n; k++)
        lower[k] = (char)tolower((unsigned char)type[k]);
    return lower;
}

const char *
http_content_param(struct http_request *r, const char *name)
{
    const char *p = http_env(r, "CONTENT_TYPE");
    size_t n = strlen(name);
    while (p != NULL && (p = strchr(p, ';')) != NULL) {
        p += 1 + strspn(p + 1, " \t");
        if (strncasecmp(p, name, n) != 0 || p[n] != '=')
            continue;
        p += n + 1;
        size_t quoted = *p == '"';
        size_t size = strcspn(p + quoted, quoted ? "\"" : "; \t");
        char *value = http_scrap(r, size + 1);
        memcpy(value, p + quoted, size);
        return value;
    }
    return NULL;
}

enum err
http_json(struct http_request *r, const struct json_field *fields, size_t count,
          const struct json **out)
{
    const char *body = NULL, *field = NULL, *why = NULL;
    const char *type = http_content_type(r);
    size_t size = 0;

    *out = NULL;
    if (strcmp(type, "application/json") != 0)
        return http_problem(r, ERR_MEDIA_TYPE, "Content-Type",
                            "must be application/json");
    enum err e = http_body(r, &body, &size);
    if (e != ERR_OK)
        return e;
    r->impl->json = json_parse(body, size, &why);
    if (r->impl->json == NULL)
        return http_problem(r, ERR_INVALID, "body", "%s", why);
    if (json_check(r->impl->json, fields, count, &field, &why) != ERR_OK)
        return http_problem(r, ERR_INVALID, field ? field : "body", "%s", why);
    *out = r->impl->json;
    return ERR_OK;
}
