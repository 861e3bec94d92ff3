/* Who is this?  For nginx' auth_request in front of the events.
 *
 *   (internal) /_authorize    204 + X-User-Id, or 401
 *
 * The channel that a browser listens on is named by this answer and never by
 * the browser, so it hears of its own submissions and of no other's.
 */
#include "core/access.h"
#include "core/handler.h"

static enum err
authorize(struct http_request *r)
{
    http_set_header(r, "X-User-Id", "%s", access_user(r));
    return http_reply_empty(r, 204);
}

static const struct http_route routes[] = {
    {HTTP_GET, "/_authorize", HTTP_USER | HTTP_INTERNAL, authorize},
};

int
main(int argc, char **argv)
{
    return handler_main("authorize", routes, sizeof routes / sizeof routes[0],
                        false, argc, argv);
}
