/* Parked gradings: those that killed their grader too often, and what a
 * sysadmin does with them.  Whoever waited was told system_error and is not
 * locked; what becomes of a retry reaches them by settle() in sql/.
 */
#ifndef CORE_PARKED_H
#define CORE_PARKED_H

#include "lib/db.h"
#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

struct parked {
    int64_t id;
    char at[32]; /* RFC 3339, UTC */
    char course[64];
    char assignment[64];
    int version;
    char language[33];
    int crashes;
    int64_t waiting;  /* submissions that have no verdict but system_error */
    char trouble[65]; /* why it was given up the last time; "" not known */
};

enum {
    PARKED_ALL = 0 /* in place of an id */
};

/* All, by id.  `*out` is the caller's to free(). */
enum err parked_list(struct db *db, struct parked **out, size_t *count);

/* The program, NUL-terminated, the caller's to free().  ERR_NOT_FOUND: no such
 * parked grading. */
enum err parked_code(struct db *db, int64_t id, char **code);

/* Queue `id` (or PARKED_ALL) again as if it had never crashed, but under a
 * later fence, and for nobody else to reuse; a janitor rings for it.  `*ids`,
 * which were parked, is the caller's to free().  ERR_NOT_FOUND: no such parked
 * grading; of PARKED_ALL, none is fine. */
enum err parked_retry(struct db *db, int64_t id, int64_t **ids, size_t *count);

/* Let system_error be the last word.  The rest as above. */
enum err parked_drop(struct db *db, int64_t id, int64_t **ids, size_t *count);

extern const struct db_stmts parked_statements;

#endif
