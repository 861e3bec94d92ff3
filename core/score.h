/* The score board of a course, as the course allows.
 */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H

#include "lib/db.h"
#include "lib/err.h"
#include "lib/json.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a page begins: behind this row.  No user's id is in it. */
struct score_cursor {
    double points;
    int64_t id;
};

/* At most `limit` rows of GET /api/scores, best first; `*next` is where the
 * next page begins, its id 0 when this was the last.  `after` may be NULL, as
 * may `user` (nobody).  ERR_NOT_FOUND: no such course for this user;
 * ERR_FORBIDDEN: the course shows its scores to staff alone. */
enum err score_list(struct db *db, const char *course, const char *user,
                    bool is_admin, const struct score_cursor *after,
                    int64_t limit, struct json **out,
                    struct score_cursor *next);

extern const struct db_stmts score_statements;

#endif
