/* PostgreSQL: one lazy connection per process, every statement prepared.
 *
 * SQL stands only in `static const struct db_stmt` tables of core/ files;
 * nothing is ever built from strings, so no SQL escaping exists.  A lost
 * connection fails the call with ERR_UNAVAILABLE, is remembered, and is made
 * anew by the next call (with backoff: while it is down, calls fail at once
 * and connect at most every 250 ms).  A connection lost during a statement
 * has an unknown outcome: the caller re-reads by key.
 *
 * https://www.postgresql.org/docs/15/libpq.html
 */
#ifndef LIB_DB_H
#define LIB_DB_H

#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct db_result;

/* One statement.  `name` is unique in the program. */
struct db_stmt {
    const char *name;
    const char *sql;
    int nparams;
};

/* Every statement of one core file, for test/sqlcheck. */
struct db_stmts {
    const char *file;
    const struct db_stmt *stmt;
    size_t count;
};

enum {
    DB_ARGS_MAX = 16
};

/* The arguments of one call, in order.  Zero-initialise; text and bytes are
 * borrowed until db_exec() returns. */
struct db_args {
    int count;
    const char *value[DB_ARGS_MAX];
    int length[DB_ARGS_MAX];
    int format[DB_ARGS_MAX];
    char number[DB_ARGS_MAX][32];
};

void db_arg_text(struct db_args *a, const char *text); /* NULL is SQL null */
void db_arg_int(struct db_args *a, int64_t n);
void db_arg_double(struct db_args *a, double d);
void db_arg_bool(struct db_args *a, bool b);
void db_arg_bytes(struct db_args *a, const void *data, size_t size);
void db_arg_null(struct db_args *a);

/* A connection that will be made as `role` when first used; "" is the OS
 * user.  Never NULL. */
struct db *db_new(const char *role);
void db_free(struct db *db); /* NULL is legal */

/* Call `check` on each new connection; when it fails, the connection is
 * closed and the call that needed it fails likewise (core/schema.h). */
void db_set_check(struct db *db, enum err (*check)(struct db *db));

/* Statements of this connection may take `ms` (else database_timeout_ms, which
 * is for those that a client waits for).  Before the first statement. */
void db_set_timeout(struct db *db, int64_t ms);

/* Statements of this connection may take as long as they like: `assay` and
 * its migrations.  Before the first statement. */
void db_set_patient(struct db *db);

/* What the server said of the last failure, one line; "" when nothing. */
const char *db_error(const struct db *db);

/* Run one statement.  On ERR_OK `*out` (if wanted: `out` may be NULL) is the
 * caller's to db_result_free(); otherwise it is NULL.  ERR_UNAVAILABLE: no
 * connection, or lost, or statement_timeout.  ERR_CONFLICT: a unique
 * violation.  ERR_INTERNAL: any other refusal (logged with its SQLSTATE). */
enum err db_exec(struct db *db, const struct db_stmt *stmt,
                 const struct db_args *args, struct db_result **out);

/* Plain SQL text without parameters, several statements allowed.  For the
 * migration runner alone. */
enum err db_script(struct db *db, const char *sql);

/* Transactions of several statements; db_rollback() is legal when none is
 * open. */
enum err db_begin(struct db *db);
enum err db_commit(struct db *db);
void db_rollback(struct db *db);

int db_rows(const struct db_result *r);
bool db_null(const struct db_result *r, int row, int col);
const char *db_text(const struct db_result *r, int row, int col); /* "" null */
int64_t db_int(const struct db_result *r, int row, int col);      /* 0 null */
double db_double(const struct db_result *r, int row, int col);
/* db_text() into an array of `size` bytes, cut where it is longer. */
void db_copy(char *to, size_t size, const struct db_result *r, int row,
             int col);
bool db_bool(const struct db_result *r, int row, int col);
/* A bytea, decoded; the caller frees it; never NULL. */
void *db_bytes(const struct db_result *r, int row, int col, size_t *size);
void db_result_free(struct db_result *r);

#endif
