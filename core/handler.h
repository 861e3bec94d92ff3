/* The main of every program in cgi-bin/: its routes, who may call them
 * (core/access.h), and the schema that it knows (core/schema.h).
 */
#ifndef CORE_HANDLER_H
#define CORE_HANDLER_H

#include "lib/http.h"

#include <stdbool.h>
#include <stddef.h>

/* http_main() for these routes, borrowed for ever.  `waits`: its workers block
 * for long, so there are conf()->wait_workers of them.  The exit status. */
int handler_main(const char *name, const struct http_route *routes,
                 size_t nroutes, bool waits, int argc, char **argv);

#endif
