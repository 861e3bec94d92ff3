#include "core/handler.h"

#include "core/access.h"
#include "core/schema.h"

int
handler_main(const char *name, const struct http_route *routes, size_t nroutes,
             bool waits, int argc, char **argv)
{
    const struct http_app app = {
        .name = name,
        .routes = routes,
        .nroutes = nroutes,
        .admit = access_admit,
        .connected = schema_ready,
        .waits = waits,
    };
    return http_main(&app, argc, argv);
}
