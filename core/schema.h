/* The schema: numbered migrations, forward only, each applied once.
 */
#ifndef CORE_SCHEMA_H
#define CORE_SCHEMA_H

#include "lib/db.h"
#include "lib/err.h"

#include <stdio.h>

/* The newest migration in sql/ (a check compares). */
enum {
    SCHEMA_VERSION = 5
};

/* db_set_check's: ERR_OK when the database has exactly the schema that this
 * program knows; else ERR_UNAVAILABLE, logged with what to do. */
enum err schema_ready(struct db *db);

/* Apply what is missing from `dir` (roles.sql, then NNN_name.sql in order),
 * each file in a transaction of its own, under an advisory lock, and print a
 * line per file.  ERR_INVALID (printed): an applied file has changed, a number
 * is missing or unknown.  Again later it changes nothing. */
enum err schema_migrate(struct db *db, const char *dir, FILE *out);

extern const struct db_stmts schema_statements;

#endif
