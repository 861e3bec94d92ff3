/* What the janitor needs of the database apart from gradings and runtimes.
 */
#ifndef CORE_HOUSEKEEPING_H
#define CORE_HOUSEKEEPING_H

#include "lib/db.h"
#include "lib/err.h"

#include <stdbool.h>

/* Is this connection the one janitor of all hosts?  Takes the advisory lock
 * where it is free; the lock goes with the connection. */
enum err housekeeping_lock(struct db *db, bool *mine);

/* Idempotency-Keys that hand_in() no longer honours. */
enum err housekeeping_forget_keys(struct db *db);

extern const struct db_stmts housekeeping_statements;

#endif
