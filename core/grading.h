/* Gradings: what was computed, for whoever sent that code.  The life of one
 * is queued -> running -> done | parked; a lost grader's is taken over.
 */
#ifndef CORE_GRADING_H
#define CORE_GRADING_H

#include "core/verdict.h"
#include "lib/db.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum grading_claimed {
    GRADING_CLAIMED,  /* ours until the lease ends: *out is filled */
    GRADING_FINISHED, /* done, parked or gone: acknowledge the entry */
    GRADING_ELSEWHERE /* running under a live lease, or its build is not
                         here: leave the entry to the janitor */
};

struct grading {
    int64_t id;
    int fence; /* only ever grows; store and renew name it */
    int64_t version_id;
    char language[33];
    char build[129];
    char package_hash[65]; /* hexadecimal */
    char *code;            /* heap */
    size_t code_size;
};

/* The right to grade `id`, for `lease_seconds`.  `builds` are "language\nbuild"
 * pairs that this grader has (a PostgreSQL text array literal made by
 * runtime_builds()).  An expired lease that is taken over counts a crash; one
 * with conf()->crash_limit - 1 of them is left for grading_park(). */
enum err grading_claim(struct db *db, int64_t id, const char *builds,
                       enum grading_claimed *claimed, struct grading *out);
void grading_free(struct grading *g); /* frees the code */

/* Extend the lease.  ERR_STALE: another grader holds it now. */
enum err grading_renew(struct db *db, int64_t id, int fence);
/* Give it back unjudged, without a crash (SIGTERM). */
enum err grading_hand_back(struct db *db, int64_t id, int fence);

/* Whom a verdict concerns. */
struct grading_told {
    char user[37];
    int64_t submission;
    double points;
    double total_points;
};

/* Who waits for it now: the submissions to tell "running" and each test. */
enum err grading_waiting(struct db *db, int64_t id, struct grading_told **out,
                         size_t *count);

struct grading_verdict {
    enum verdict verdict;
    double score; /* 0..1 */
    int64_t time_ms;
    int64_t memory_kb;
    const char *report; /* JSON, docs/INTERFACES.md "report" */
};

/* Store it under the fence, in one transaction.  ERR_STALE: drop it.  `*told`
 * is the caller's to free(). */
enum err grading_store(struct db *db, int64_t id, int fence,
                       const struct grading_verdict *v,
                       struct grading_told **told, size_t *count);

/* -- the janitor's -- */
/* Queued for more than conf()->queue_grace_ms, oldest first, at most `max`. */
enum err grading_overdue(struct db *db, int64_t *ids, size_t max,
                         size_t *count);
/* Running with an expired lease. */
enum err grading_expired(struct db *db, int64_t *ids, size_t max,
                         size_t *count);
/* Park those that crashed too often; tells whom it unlocked. */
enum err grading_park(struct db *db, int64_t id, struct grading_told **told,
                      size_t *count);
/* Pending submissions whose grading is finished: give them their verdict. */
enum err grading_settle_left_behind(struct db *db, struct grading_told **told,
                                    size_t *count);
/* Queued for a build that nobody has any more: re-key to the current one. */
enum err grading_rekey(struct db *db, int64_t *count);

#endif
