/* The queue as PostgreSQL knows it: what the janitor compares with the stream.
 * Clocks are the database's.
 */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include "lib/db.h"
#include "lib/err.h"
#include "lib/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_due {
    int64_t id;
    int64_t follows; /* the entry of this one rings for it, too; 0: none */
    enum stream_class class;
    int fence;
    bool worn; /* one more crash parks it */
    bool odd;  /* its lease is of another time: the clock was set */
};

/* Queued for more than conf()->queue_grace_ms in `class`, oldest first, at most
 * `max`. */
enum err queue_overdue(struct db *db, enum stream_class class,
                       struct queue_due *due, size_t max, size_t *count);
/* Running with a lease that ended, or that ends later than any may. */
enum err queue_expired(struct db *db, struct queue_due *due, size_t max,
                       size_t *count);

/* End the lease of a grader that is lost: it is taken over as usual. */
enum err queue_end_lease(struct db *db, int64_t id, int fence);

/* Finished gradings that some submission still waits for (an accident). */
enum err queue_left_behind(struct db *db, int64_t *ids, size_t max,
                           size_t *count);

/* Unfinished ones for a build that nobody has any more, in a language that
 * somebody has in another: re-key them to the current build. */
enum err queue_rekey(struct db *db, int64_t *count);

/* How long gradings of each version and language take, from those that ended
 * within the last minute: what the expected wait is made of. */
enum err queue_learn_paces(struct db *db);

extern const struct db_stmts queue_statements;

#endif
