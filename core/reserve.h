/* The one reason to refuse a signed-in user's submission: no room to keep it.
 */
#ifndef CORE_RESERVE_H
#define CORE_RESERVE_H

#include "lib/db.h"
#include "lib/err.h"
#include "lib/http.h"

/* May this request's caller add to the database?  ERR_OK; or ERR_UNAVAILABLE,
 * replied, when less than disk_reserve_mb is free, for anonymous users less
 * than twice that.  `key` is the Idempotency-Key or NULL: what it has made
 * already adds nothing, so its replay gets ERR_OK.  It costs a query only when
 * it would refuse. */
enum err reserve_check(struct http_request *r, const char *key);

extern const struct db_stmts reserve_statements;

#endif
