/* Gradings: what was computed, for whoever sent that code.  The life of one
 * is queued -> running -> done | parked; a lost grader's is taken over.  One
 * whose author gave its place to another program is withdrawn.
 *
 * The row says who may work on it: `fence` names each claim, and every later
 * write of a grader names the fence it was given.  Clocks are the database's.
 */
#ifndef CORE_GRADING_H
#define CORE_GRADING_H

#include "core/verdict.h"
#include "lib/db.h"
#include "lib/err.h"
#include "lib/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum grading_claimed {
    GRADING_CLAIMED,  /* ours until the lease ends: *out is filled */
    GRADING_FINISHED, /* done, parked, withdrawn or gone: acknowledge it */
    GRADING_ELSEWHERE /* running under a live lease, or its build is not
                         here: leave the entry to the janitor */
};

struct grading {
    int64_t id;
    int fence; /* only ever grows; store and renew name it */
    int64_t version_id;
    int64_t assignment_id;
    char slug[64]; /* of the assignment */
    int tests_total;
    char language[33];
    char build[129];
    char package_hash[65]; /* hexadecimal */
    enum stream_class class;
    char *code; /* heap */
    size_t code_size;
};

/* The right to grade `id`, for conf()->lease_seconds.  `builds` are
 * "language\nbuild" pairs that this grader has (a PostgreSQL text array
 * literal made by runtime_builds()).  An expired lease that is taken over
 * counts a crash; one that would be the conf()->crash_limit-th is left for
 * grading_park().
 * `*next`, claimed or not: a queued grading whose turn comes with this one's
 * (gradings.follows), to be claimed or rung now; 0: none. */
enum err grading_claim(struct db *db, int64_t id, const char *builds,
                       enum grading_claimed *claimed, struct grading *out,
                       int64_t *next);
void grading_free(struct grading *g); /* frees the code */

/* The package of a version, as it was published; the caller frees it.
 * ERR_NOT_FOUND. */
enum err grading_package(struct db *db, int64_t version_id, void **data,
                         size_t *size);

/* Extend the lease.  ERR_STALE: another grader holds it now. */
enum err grading_renew(struct db *db, int64_t id, int fence);
/* Give it back unjudged, without a crash: whoever reads it next may have it.
 * ERR_STALE. */
enum err grading_hand_back(struct db *db, int64_t id, int fence);
/* The grading itself defeated us (a broken package, a program that takes the
 * box down).  Let the lease run out soon: taking it over counts a crash, and
 * so it is tried again, elsewhere if possible, but never for ever.
 * `why` is kept for the sysadmin (core/parked.h).  ERR_STALE. */
enum err grading_give_up(struct db *db, int64_t id, int fence, enum err why);

/* Whom a verdict concerns. */
struct grading_told {
    char user[37];
    int64_t submission;
    double points;
    double total_points;
};

/* Who waits for it now: the submissions to tell "running" and each test.
 * `*out` is the caller's to free(). */
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
 * is the caller's to free().  ERR_UNAVAILABLE: the outcome is unknown; call it
 * again (a verdict that did get through is recognised by its fence; then
 * nobody is in `*told`). */
enum err grading_store(struct db *db, int64_t id, int fence,
                       const struct grading_verdict *v,
                       struct grading_told **told, size_t *count);

/* -- the janitor's -- */

/* Park it where its lease expired and its crashes reach conf()->crash_limit.
 * `*told`: whom it unlocked, the caller's to free(). */
enum err grading_park(struct db *db, int64_t id, struct grading_told **told,
                      size_t *count);

/* Give the submissions that still wait for a finished grading their verdict. */
enum err grading_settle(struct db *db, int64_t id, struct grading_told **told,
                        size_t *count);

/* What the event of a finished grading says.  ERR_NOT_FOUND. */
struct grading_outcome {
    int64_t id;
    int64_t assignment_id;
    int fence;
    int tests_total;
    char verdict[33];
};
enum err grading_outcome(struct db *db, int64_t id,
                         struct grading_outcome *out);

extern const struct db_stmts grading_statements;

#endif
