/* Which handler, and may this site ask? */
#include "lib/conf.h"
#include "lib/http_impl.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    enum http_method method;
    const char *name;
} methods[] = {
    {HTTP_GET, "GET"},     {HTTP_POST, "POST"},     {HTTP_PUT, "PUT"},
    {HTTP_PATCH, "PATCH"}, {HTTP_DELETE, "DELETE"},
};

/* Match `path` against `pattern` from here; {name+} tries one segment, then
 * two.  Fills the request's parameters from `n` on. */
static bool
match(struct http_request *r, const char *pattern, const char *path, size_t n)
{
    struct http_impl *i = r->impl;

    while (*pattern != '{') {
        if (*pattern != *path)
            return false;
        if (*pattern == '\0') {
            i->nparams = n;
            return true;
        }
        pattern++;
        path++;
    }
    size_t name = strcspn(pattern + 1, "+}");
    bool two = pattern[1 + name] == '+';
    const char *rest = pattern + 1 + name + (two ? 2 : 1);
    size_t size = strcspn(path, "/");
    for (int segments = 1; size > 0 && segments <= (two ? 2 : 1); segments++) {
        char *key = http_scrap(r, name + 1), *value = http_scrap(r, size + 1);
        memcpy(key, pattern + 1, name);
        memcpy(value, path, size);
        i->params[n] = (struct http_pair){key, value};
        if (match(r, rest, path + size, n + 1))
            return true;
        if (path[size] != '/')
            return false;
        size += 1 + strcspn(path + size + 1, "/");
    }
    return false;
}

enum err
http_find_route(struct http_request *r)
{
    const char *method = http_env(r, "REQUEST_METHOD");
    unsigned allowed = 0;
    char allow[64] = "";

    if (method == NULL || r->path == NULL)
        return ERR_SYNTAX;
    r->impl->head = strcmp(method, "HEAD") == 0;
    for (size_t k = 0; k < sizeof methods / sizeof methods[0]; k++)
        if (strcmp(method, methods[k].name) == 0)
            r->method = methods[k].method;
    if (r->impl->head)
        r->method = HTTP_GET;
    for (size_t k = 0; k < r->app->nroutes; k++) {
        const struct http_route *route = &r->app->routes[k];
        if (!match(r, route->path, r->path, 0))
            continue;
        if (route->method == r->method) {
            r->route = route;
            return ERR_OK;
        }
        allowed |= route->method;
    }
    if (allowed == 0)
        return ERR_NOT_FOUND;
    for (size_t k = 0; k < sizeof methods / sizeof methods[0]; k++)
        if (allowed & methods[k].method) {
            strcat(allow, allow[0] ? ", " : "");
            strcat(allow, methods[k].name);
            strcat(allow, methods[k].method == HTTP_GET ? ", HEAD" : "");
        }
    http_set_header(r, "Allow", "%s", allow);
    return ERR_METHOD;
}

/* Design §6: Sec-Fetch-Site decides where a browser sends it; else Origin must
 * be ours; neither header means that it is not a browser. */
enum err
http_same_site(struct http_request *r)
{
    const char *site = http_header(r, "Sec-Fetch-Site");
    const char *origin = http_header(r, "Origin");
    const char *host = http_header(r, "Host");
    char ours[512];

    if (r->method == HTTP_GET)
        return ERR_OK;
    if (site != NULL && strcmp(site, "same-origin") != 0 &&
        strcmp(site, "none") != 0)
        return http_problem(r, ERR_FORBIDDEN, NULL,
                            "Requests from other sites are refused.");
    if (site != NULL || origin == NULL)
        return ERR_OK;
    if (conf()->public_origin[0] != '\0')
        snprintf(ours, sizeof ours, "%s", conf()->public_origin);
    else
        snprintf(ours, sizeof ours, "%s://%s",
                 http_is_tls(r) ? "https" : "http", host ? host : "");
    if (strcasecmp(origin, ours) == 0)
        return ERR_OK;
    return http_problem(r, ERR_FORBIDDEN, NULL,
                        "Requests from other sites are refused.");
}

void
http_print_routes(const struct http_app *app)
{
    static const char *const needs[] = {"anyone", "user", "nobody", "?"};
    for (size_t k = 0; k < app->nroutes; k++)
        for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++)
            if (methods[m].method == app->routes[k].method)
                printf("%s\t%s\t%s%s\n", methods[m].name, app->routes[k].path,
                       needs[app->routes[k].need & 3],
                       app->routes[k].need & HTTP_INTERNAL ? " internal" : "");
}
