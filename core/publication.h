/* Publishing a package: a new version of an assignment, or none when nothing
 * changed.  An old version stays; verdicts belong to a version.
 */
#ifndef CORE_PUBLICATION_H
#define CORE_PUBLICATION_H

#include "core/package.h"
#include "lib/db.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

struct publication {
    int64_t course;
    const struct package *package; /* borrowed, as all of these */
    const void *archive;           /* what package_read() read */
    size_t archive_size;
    int position;
    double points;
    const char *opens, *due; /* local time of the course; "" none */
};

struct published {
    int64_t assignment;
    int64_t version;
    int number;
    bool unchanged; /* the current version has these bytes and points */
};

/* In the transaction that the caller has open, or of its own when none is.
 * ERR_INVALID: PostgreSQL refused a value (db_error() says which). */
enum err publication_make(struct db *db, const struct publication *p,
                          struct published *out);

/* Take an assignment off the list; its submissions stay.  ERR_NOT_FOUND. */
enum err publication_withdraw(struct db *db, const char *course,
                              const char *slug);

extern const struct db_stmts publication_statements;

#endif
