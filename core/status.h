/* Is the system well?  For GET /api/health and /metrics.
 */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "lib/db.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

struct status {
    int64_t queued;
    double oldest_seconds; /* the longest that a grading is queued */
    int64_t running;
    int64_t parked;
    int64_t languages; /* with a grader that was seen in the last minute */
};

enum err status_read(struct db *db, struct status *out);

extern const struct db_stmts status_statements;

#endif
