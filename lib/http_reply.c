/* Writing a reply. */
#include "lib/http_impl.h"
#include "lib/log.h"
#include "lib/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
http_set_header(struct http_request *r, const char *name, const char *fmt, ...)
{
    struct buf value = {0};
    va_list ap;

    va_start(ap, fmt);
    buf_vfmt(&value, fmt, ap);
    va_end(ap);
    for (char *p = value.data; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' '; /* no header can be split */
    if (strcasecmp(name, "Cache-Control") == 0)
        r->impl->has_cache_control = true;
    buf_fmt(&r->impl->headers, "%s: %s\r\n", name, value.data);
    buf_free(&value);
}

bool
http_replied(const struct http_request *r)
{
    return r->impl->replied;
}

enum err
http_reply(struct http_request *r, int status, const char *type,
           const char *data, size_t size)
{
    struct http_impl *i = r->impl;

    if (i->replied) {
        log_warn("two replies to one request", "path=%s", r->path);
        return ERR_OK;
    }
    i->replied = true;
    i->status = status;
    if (type != NULL)
        http_set_header(r, "Content-Type", "%s", type);
    if (!i->has_cache_control)
        http_set_header(r, "Cache-Control", "no-store");
    buf_add(&i->out, data, size);
    return ERR_OK;
}

enum err
http_reply_json(struct http_request *r, int status, struct json *body)
{
    size_t size = 0;
    char *text = json_print(body, &size);
    http_reply(r, status, "application/json", text, size);
    free(text);
    json_free(body);
    return ERR_OK;
}

enum err
http_reply_text(struct http_request *r, int status, const char *fmt, ...)
{
    struct buf b = {0};
    va_list ap;

    va_start(ap, fmt);
    buf_vfmt(&b, fmt, ap);
    va_end(ap);
    if (b.size == 0 || b.data[b.size - 1] != '\n')
        buf_str(&b, "\n");
    http_reply(r, status, "text/plain; charset=utf-8", b.data, b.size);
    buf_free(&b);
    return ERR_OK;
}

enum err
http_reply_empty(struct http_request *r, int status)
{
    return http_reply(r, status, NULL, "", 0);
}

enum err
http_redirect_internal(struct http_request *r, const char *uri)
{
    http_set_header(r, "X-Accel-Redirect", "%s", uri);
    /* nginx adds this answer's Cache-Control to the other one's */
    r->impl->has_cache_control = true;
    return http_reply(r, 200, NULL, "", 0);
}

/* Headers that belong to a status, whoever refuses. */
static void
problem_headers(struct http_request *r, int status)
{
    if (status == 401)
        http_set_header(r, "WWW-Authenticate", "Bearer");
    if (status == 429 || status == 503)
        http_set_header(r, "Retry-After", "%d", status == 429 ? 5 : 2);
}

static enum err
refuse(struct http_request *r, enum err e, const char *field,
       const char *member, int64_t value, const char *detail)
{
    const struct problem *p = problem_of(e);
    struct json *j = json_object();
    size_t size = 0;

    problem_headers(r, p->status);
    if (http_wants_text(r)) {
        http_reply_text(r, p->status, "REFUSED %d %s%s%s", p->status,
                        field ? field : "", field ? " " : "", detail);
        json_free(j);
        return e;
    }
    json_add_text(j, "type", p->type);
    json_add_text(j, "title", p->title);
    json_add_int(j, "status", p->status);
    json_add_text(j, "detail", detail);
    if (field != NULL)
        json_add_text(j, "field", field);
    if (member != NULL)
        json_add_int(j, member, value);
    char *text = json_print(j, &size);
    http_reply(r, p->status, "application/problem+json", text, size);
    free(text);
    json_free(j);
    return e;
}

enum err
http_problem(struct http_request *r, enum err e, const char *field,
             const char *fmt, ...)
{
    struct buf b = {0};
    va_list ap;

    va_start(ap, fmt);
    buf_vfmt(&b, fmt, ap);
    va_end(ap);
    refuse(r, e, field, NULL, 0, b.data);
    buf_free(&b);
    return e;
}

enum err
http_problem_with(struct http_request *r, enum err e, const char *member,
                  int64_t value, const char *fmt, ...)
{
    struct buf b = {0};
    va_list ap;

    va_start(ap, fmt);
    buf_vfmt(&b, fmt, ap);
    va_end(ap);
    refuse(r, e, NULL, member, value, b.data);
    buf_free(&b);
    return e;
}
