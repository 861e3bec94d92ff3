/* What the files of lib/http*.c share about one request.  Private to them. */
#ifndef LIB_HTTP_IMPL_H
#define LIB_HTTP_IMPL_H

#include "lib/http.h"
#include "lib/mem.h"

#include <sys/types.h>

enum {
    HTTP_PAIRS_MAX = 32
};

struct http_pair {
    const char *name, *value;
};

struct http_scrap; /* a text that lives as long as the request */

struct http_impl {
    char **env;                                    /* FastCGI's parameters */
    ssize_t (*read)(void *cookie, char *, size_t); /* of the body */
    void *cookie;
    struct http_scrap *scraps;
    struct http_pair params[HTTP_PAIRS_MAX]; /* {name} of the route */
    size_t nparams;
    struct http_pair query[HTTP_PAIRS_MAX];
    size_t nquery;
    char *body; /* NULL: not read yet */
    size_t body_size;
    enum err body_err;
    struct json *json;
    bool head; /* HEAD: headers only */
    bool replied;
    int status;
    struct buf headers; /* "Name: value\r\n"… */
    bool has_cache_control;
    struct buf out; /* the body of the reply */
};

/* lib/http_request.c */
const char *http_env(const struct http_request *r, const char *name);
/* Memory that ends with the request; `size` bytes, zeroed. */
char *http_scrap(struct http_request *r, size_t size);
void http_parse_query(struct http_request *r);
void http_request_free(struct http_request *r);

/* lib/http_route.c: find the route (sets r->route and the parameters), or
 * ERR_NOT_FOUND, or ERR_METHOD with the Allow header set. */
enum err http_find_route(struct http_request *r);
/* A state-changing request from another site is ERR_FORBIDDEN. */
enum err http_same_site(struct http_request *r);
/* Print the table, a line each: method, path, need. */
void http_print_routes(const struct http_app *app);

#endif
