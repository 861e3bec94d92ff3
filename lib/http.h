/* FastCGI programs: prefork, routes, requests, replies.
 *
 * A program is a route table and one function per route (see any cgi-bin/
 * file).  http_main() takes its listening socket on fd 0 (spawn-fcgi) or fd 3
 * (systemd, LISTEN_FDS), forks the workers, and in each one accepts, finds the
 * route (404, 405 + Allow), checks the cross-site rule, asks `admit` who is
 * calling and whether he may, and calls the handler.  A handler returns
 * ERR_OK after replying, or an error, which becomes problem+json (RFC 9457)
 * or, for `Accept: text/plain`, a line `REFUSED 422 code: …`.
 *
 * The only file that knows fcgiapp.h is lib/http.c.
 * https://fastcgi-archives.github.io/FastCGI_Specification.html
 */
#ifndef LIB_HTTP_H
#define LIB_HTTP_H

#include "lib/db.h"
#include "lib/err.h"
#include "lib/json.h"
#include "lib/redis.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_method {
    HTTP_GET = 1, /* HEAD too: the body is dropped */
    HTTP_POST = 2,
    HTTP_PUT = 4,
    HTTP_PATCH = 8,
    HTTP_DELETE = 16
};

/* What a route asks for before its handler is called; HTTP_INTERNAL is joined
 * to another one by `|`. */
enum http_need {
    HTTP_ANYONE = 0,  /* identity is looked up when there are credentials */
    HTTP_USER = 1,    /* 401 without identity */
    HTTP_NOBODY = 2,  /* identity is not even looked at (cacheable answers) */
    HTTP_INTERNAL = 4 /* reached by nginx's own subrequests only */
};

struct http_request;

struct http_route {
    enum http_method method;
    /* Segments: literal, or {name} for one, or {name+} for one or two
     * ("hello" or "demo/hello").  The first match in the table wins. */
    const char *path;
    enum http_need need;
    enum err (*handle)(struct http_request *r);
};

struct http_app {
    const char *name; /* of the program and its counters */
    const struct http_route *routes;
    size_t nroutes;
    /* Who is calling, and may he?  core/access.c has it; sets r->caller. */
    enum err (*admit)(struct http_request *r, enum http_need need);
    /* Called on each new PostgreSQL connection: schema_ready, core/schema.h. */
    enum err (*connected)(struct db *db);
    bool waits; /* its workers block for long: conf()->wait_workers of them */
};

struct http_impl; /* FastCGI's side of a request */

struct http_request {
    const struct http_app *app;
    const struct http_route *route;
    enum http_method method;
    const char *path;    /* decoded, without query */
    const void *caller;  /* const struct caller *, core/access.h; or NULL */
    struct db *db;       /* of this process, lazy */
    struct redis *redis; /* likewise */
    struct http_impl *impl;
};

/* The two-line main of every program.  Options: -c FILE, -t (check the
 * configuration, print it, exit), --routes (print the table, exit). */
int http_main(const struct http_app *app, int argc, char **argv);

/* Has SIGTERM come?  A handler that waits must end its wait then. */
bool http_stopping(void);

/* -- the request.  Returned text lives as long as the request. -- */
const char *http_param(struct http_request *r, const char *name);  /* {name} */
const char *http_query(struct http_request *r, const char *name);  /* or NULL */
const char *http_header(struct http_request *r, const char *name); /* or NULL */
const char *http_cookie(struct http_request *r, const char *name); /* or NULL */
/* The credentials sent: Bearer token, or Basic password; NULL none. */
const char *http_bearer(struct http_request *r);
/* A query parameter as an integer in [min, max]; `dflt` when absent.
 * ERR_INVALID (replied) when it is not one. */
enum err http_query_int(struct http_request *r, const char *name, int64_t dflt,
                        int64_t min, int64_t max, int64_t *out);
bool http_is_tls(struct http_request *r);
/* Does the client prefer text/plain to JSON? */
bool http_wants_text(struct http_request *r);

/* The whole body, at most conf()->body_max_bytes; NUL-terminated; lives as
 * long as the request.  ERR_TOO_LARGE, ERR_SYNTAX (it ended early). */
enum err http_body(struct http_request *r, const char **body, size_t *size);

/* The media type of the body, lower case, without parameters; "" when absent;
 * and a parameter of it ("boundary"), or NULL. */
const char *http_content_type(struct http_request *r);
const char *http_content_param(struct http_request *r, const char *name);

/* The body as a JSON object that fits `fields`.  Errors are replied: 413, 415
 * (not application/json), 400 (not JSON), 422 naming the field. */
enum err http_json(struct http_request *r, const struct json_field *fields,
                   size_t count, const struct json **out);

/* -- the reply: headers first, then exactly one of the others -- */
/* Values are checked: CR and LF never get through. */
void http_set_header(struct http_request *r, const char *name, const char *fmt,
                     ...) __attribute__((format(printf, 3, 4)));
/* Takes ownership of `body`.  Answers are `Cache-Control: no-store` unless
 * the handler set that header.  Always ERR_OK, so: return http_reply_json(). */
enum err http_reply_json(struct http_request *r, int status, struct json *body);
enum err http_reply(struct http_request *r, int status, const char *type,
                    const char *data, size_t size);
enum err http_reply_text(struct http_request *r, int status, const char *fmt,
                         ...) __attribute__((format(printf, 3, 4)));
enum err http_reply_empty(struct http_request *r, int status);
/* Let nginx answer with another, internal location (X-Accel-Redirect). */
enum err http_redirect_internal(struct http_request *r, const char *uri);

/* Refuse: a problem with this detail; `field` may be NULL.  Returns `e`, so:
 * return http_problem(r, ERR_INVALID, "code", "is empty"). */
enum err http_problem(struct http_request *r, enum err e, const char *field,
                      const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same with an extra integer member (409 {pending: ID}). */
enum err http_problem_with(struct http_request *r, enum err e,
                           const char *member, int64_t value, const char *fmt,
                           ...) __attribute__((format(printf, 5, 6)));

/* Was anything replied? */
bool http_replied(const struct http_request *r);

#endif
