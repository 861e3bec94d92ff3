/* Theory of operation
 *
 * PostgreSQL is the truth and the stream a doorbell that may lose rings, so
 * somebody has to compare the two.  Each round, under an advisory lock:
 *
 *   reclaim  entries that a consumer has held for longer than a lease are
 *            deleted (XAUTOCLAIM, XACK, XDEL).  They need not be worked on
 *            here: if their gradings are unfinished, the next steps ring anew.
 *   expired  leases that ran out: those that crashed too often are parked
 *            (system_error, the student is unlocked and told), the others
 *            are rung, and whoever claims one counts the crash.
 *   overdue  rows queued for longer than the grace are rung.
 *   seldom   submissions that still wait for a finished grading get their
 *            verdict; gradings for a build that nobody has any more are
 *            re-keyed; old runtimes and Idempotency-Keys are forgotten;
 *            entries that were acknowledged but not deleted are trimmed; what
 *            the last gradings took is noted.
 *
 * Of each host, under no lock: the cache of compiled programs is kept within
 * its bound.
 *
 * "Rung" means: unless an entry that nobody was given yet says so already, its
 * own or that of the grading that it follows.  So a long queue, in which every
 * row is overdue, is not rung twice, and a lost Redis is refilled in a few
 * rounds.  Live work is rung in a queue that is read first, because its turn
 * was before that of all who came meanwhile.  Two janitors at once (the lock is
 * lost with its connection) only ring twice, which is harmless.
 *
 * Leases are times of the database's clock, and somebody may set that.  A lease
 * that ended long ago, or that ends later than any may, says nothing about its
 * holder; so he is given the time to renew it, by our own monotonic clock,
 * before he is thought dead.
 */
#include "grader/janitor.h"

#include "core/grading.h"
#include "core/housekeeping.h"
#include "core/queue.h"
#include "core/runtime.h"
#include "core/schema.h"
#include "grader/compiled.h"
#include "grader/offer.h"
#include "grader/publish.h"
#include "grader/run.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/stream.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DUE_MAX = 1000, /* rows of a class looked at in a round */
    SUSPECTS_MAX = 64,
    UNDELIVERED_MAX = 20000,
    RECLAIM_MAX = 100,
    SEEN_EVERY_MS = 20000,
    RETRY_MS = 500, /* the first rounds, until all is there */
    SEEN_AGAIN_MS = 2000,
    SELDOM_EVERY_MS = 5000,
    POLICY_EVERY_MS = 60000
};

/* What one class's stream will deliver without our doing. */
struct undelivered {
    int64_t *gradings; /* sorted; heap */
    int count;         /* -1: unknown */
};

/* A lease of another time, and since when we know of it. */
struct suspect {
    int64_t id;
    int fence;
    int64_t since; /* clock_ms() */
};

struct janitor {
    const struct worker_setup *setup;
    struct db *db;
    struct redis *redis;
    struct run_box *box;
    struct runtime *runtimes; /* NULL: not known yet */
    size_t nruntimes;
    char *consumer;
    char *grader; /* our name in the table of graders */
    struct suspect suspects[SUSPECTS_MAX];
    size_t nsuspects;
    struct undelivered undelivered[STREAM_CLASSES];
    struct queue_due due[DUE_MAX];
    int64_t seen_at;   /* clock_ms() of the next registration */
    int64_t seldom_at; /* likewise */
    int64_t policy_at;
    int64_t sweep_at;
    bool ready;
};

/* -- registering -- */

static void
say_ready(const struct janitor *j)
{
    struct buf names = {0};
    for (size_t i = 0; i < j->nruntimes; i++)
        buf_fmt(&names, "%s%s", i > 0 ? "," : "", j->runtimes[i].language);
    log_info("ready", "tokens=%d languages=%s", j->setup->tokens,
             names.data ? names.data : "");
    buf_free(&names);
}

/* Only while the box answers, and has no hole that we know of: a host that
 * cannot grade must not look alive.
 * (With none alive, hand_in() goes on with the last build known.) */
static void
register_runtimes(struct janitor *j)
{
    char *what = NULL;
    if (clock_ms() < j->seen_at)
        return;
    j->seen_at = clock_ms() + (j->ready ? SEEN_AGAIN_MS : RETRY_MS);
    if (!selfattack_passed(j->setup->selfattack) ||
        run_describe(j->box, &what) != ERR_OK)
        return;
    free(what);
    if (j->runtimes == NULL &&
        offer_runtimes(j->box, j->setup->languages, j->setup->nlanguages,
                       &j->runtimes, &j->nruntimes) != ERR_OK)
        return;
    if (runtime_seen(j->db, j->runtimes, j->nruntimes) != ERR_OK ||
        runtime_grader_seen(j->db, j->grader, j->setup->tokens) != ERR_OK)
        return;
    j->seen_at = clock_ms() + SEEN_EVERY_MS;
    if (!j->ready)
        say_ready(j);
    j->ready = true;
}

/* An evictable queue loses work as soon as memory is short. */
static void
check_policy(struct janitor *j)
{
    if (clock_ms() < j->policy_at)
        return;
    char *policy = redis_info(j->redis, "memory", "maxmemory_policy");
    if (policy == NULL)
        return;
    if (strcmp(policy, "noeviction") != 0)
        log_warn("Redis may evict the queue",
                 "maxmemory-policy=%s wanted=noeviction", policy);
    j->policy_at = clock_ms() + POLICY_EVERY_MS;
    free(policy);
}

/* -- ringing -- */

static int
by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void
forget_undelivered(struct janitor *j)
{
    for (int c = 0; c < STREAM_CLASSES; c++) {
        free(j->undelivered[c].gradings);
        j->undelivered[c] = (struct undelivered){NULL, -1};
    }
}

/* Read it once a round, when something may have to be rung.  False: no Redis,
 * or the stream is longer than we want to know (then it is in no need). */
static bool
know_undelivered(struct janitor *j, enum stream_class c)
{
    struct undelivered *u = &j->undelivered[c];
    if (u->gradings == NULL) {
        u->gradings = xcalloc(UNDELIVERED_MAX, sizeof *u->gradings);
        u->count = stream_undelivered(j->redis, c, u->gradings,
                                      UNDELIVERED_MAX);
        if (u->count > 0)
            qsort(u->gradings, (size_t)u->count, sizeof *u->gradings, by_id);
    }
    return u->count >= 0 && u->count < UNDELIVERED_MAX;
}

/* Will the entries of this class lead somebody to the row? */
static bool
is_rung(const struct janitor *j, enum stream_class c,
        const struct queue_due *due)
{
    const struct undelivered *u = &j->undelivered[c];
    size_t n = u->count > 0 ? (size_t)u->count : 0;
    return n > 0 &&
           (bsearch(&due->id, u->gradings, n, sizeof due->id, by_id) != NULL ||
            bsearch(&due->follows, u->gradings, n, sizeof due->id, by_id) !=
                NULL);
}

/* True: rung. */
static bool
ring(struct janitor *j, const struct queue_due *due)
{
    enum stream_class first = due->class, again = stream_again(due->class);
    if (!know_undelivered(j, first) || !know_undelivered(j, again))
        return false;
    if (is_rung(j, first, due) || is_rung(j, again, due))
        return false;
    FAULT("janitor.ring");
    return stream_ring(j->redis, again, due->id) == ERR_OK;
}

/* -- the steps of a round -- */

static void
reclaim(struct janitor *j)
{
    struct stream_entry held[RECLAIM_MAX];
    int n = stream_reclaim(j->redis, j->consumer, conf()->lease_seconds * 1000,
                           held, RECLAIM_MAX);
    if (n > 0)
        FAULT("janitor.reclaimed");
    for (int i = 0; i < n; i++)
        if (stream_done(j->redis, &held[i]) != ERR_OK)
            return;
}

/* Tell those who waited for a grading that nobody judged just now. */
static void
tell(struct janitor *j, int64_t id, const struct grading_told *told,
     size_t count)
{
    struct grading_outcome o;
    if (count == 0 || grading_outcome(j->db, id, &o) != ERR_OK)
        return;
    struct event_subject s = {
        .grading = id,
        .assignment = o.assignment_id,
        .fence = o.fence,
        .tests_total = (size_t)o.tests_total,
    };
    publish_judged(j->redis, &s, o.verdict, told, count);
}

static void
park(struct janitor *j, int64_t id)
{
    struct grading_told *told = NULL;
    size_t count = 0;
    if (grading_park(j->db, id, &told, &count) != ERR_OK)
        return;
    FAULT("janitor.parked");
    log_warn("parked", "grading=%lld crashes=%lld told=%zu", (long long)id,
             (long long)conf()->crash_limit, count);
    tell(j, id, told, count);
    free(told);
}

/* Since when do we know of this odd lease? */
static int64_t
suspected_since(const struct janitor *j, const struct queue_due *due)
{
    for (size_t i = 0; i < j->nsuspects; i++)
        if (j->suspects[i].id == due->id && j->suspects[i].fence == due->fence)
            return j->suspects[i].since;
    return clock_ms();
}

/* Keep of the suspects those that are still odd, and add new ones.  A lease is
 * renewed within a third of it, so after half of it an odd one is nobody's. */
static void
try_suspects(struct janitor *j, size_t n)
{
    struct suspect now[SUSPECTS_MAX] = {0};
    size_t count = 0;
    for (size_t i = 0; i < n && count < SUSPECTS_MAX; i++) {
        const struct queue_due *due = &j->due[i];
        if (!due->odd)
            continue;
        int64_t since = suspected_since(j, due);
        if (clock_ms() - since < conf()->lease_seconds * 1000 / 2)
            now[count++] = (struct suspect){due->id, due->fence, since};
        else if (queue_end_lease(j->db, due->id, due->fence) == ERR_OK)
            log_warn("lease of another time", "grading=%lld fence=%d",
                     (long long)due->id, due->fence);
    }
    memcpy(j->suspects, now, count * sizeof now[0]);
    j->nsuspects = count;
}

static void
mend_expired(struct janitor *j)
{
    size_t n = 0, rung = 0;
    if (queue_expired(j->db, j->due, DUE_MAX, &n) != ERR_OK)
        return;
    try_suspects(j, n);
    for (size_t i = 0; i < n; i++) {
        if (j->due[i].odd)
            continue;
        if (j->due[i].worn)
            park(j, j->due[i].id);
        else
            rung += ring(j, &j->due[i]);
    }
    if (rung > 0)
        log_warn("leases ran out", "rung=%zu", rung);
}

static void
ring_overdue(struct janitor *j)
{
    static const enum stream_class of_rows[] = {STREAM_LIVE, STREAM_GUEST,
                                                STREAM_BULK};
    size_t n = 0, rung = 0;
    for (size_t c = 0; c < sizeof of_rows / sizeof of_rows[0]; c++) {
        if (queue_overdue(j->db, of_rows[c], j->due, DUE_MAX, &n) != ERR_OK)
            return;
        for (size_t i = 0; i < n; i++)
            rung += ring(j, &j->due[i]);
    }
    if (rung > 0)
        log_warn("queue had lost rows", "rung=%zu", rung);
}

static void
settle_left_behind(struct janitor *j)
{
    int64_t ids[RECLAIM_MAX];
    size_t n = 0;
    if (queue_left_behind(j->db, ids, RECLAIM_MAX, &n) != ERR_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        struct grading_told *told = NULL;
        size_t count = 0;
        if (grading_settle(j->db, ids[i], &told, &count) != ERR_OK)
            return;
        if (count > 0)
            log_warn("settled what was left behind", "grading=%lld told=%zu",
                     (long long)ids[i], count);
        tell(j, ids[i], told, count);
        free(told);
    }
}

static void
seldom(struct janitor *j)
{
    int64_t rekeyed = 0;
    if (clock_ms() < j->seldom_at)
        return;
    j->seldom_at = clock_ms() + SELDOM_EVERY_MS;
    settle_left_behind(j);
    queue_rekey(j->db, &rekeyed);
    queue_learn_paces(j->db);
    runtime_forget(j->db);
    housekeeping_forget_keys(j->db);
    for (int c = 0; c < STREAM_CLASSES; c++)
        if (stream_trim(j->redis, (enum stream_class)c) != ERR_OK)
            return;
}

/* This host's disk is nobody else's concern. */
static void
sweep_disk(struct janitor *j)
{
    if (clock_ms() < j->sweep_at)
        return;
    j->sweep_at = clock_ms() + SELDOM_EVERY_MS;
    compiled_sweep();
}

static void
one_round(struct janitor *j)
{
    bool mine = false;
    if (housekeeping_lock(j->db, &mine) != ERR_OK || !mine)
        return;
    reclaim(j);
    mend_expired(j);
    ring_overdue(j);
    seldom(j);
    forget_undelivered(j);
}

int
janitor_main(const struct worker_setup *setup)
{
    char pid[16];
    worker_signals();
    struct janitor *j = xcalloc(1, sizeof *j);
    j->setup = setup;
    j->db = db_new(conf()->database_grader);
    db_set_check(j->db, schema_ready);
    db_set_timeout(j->db, WORKER_DATABASE_MS);
    j->redis = redis_new(0);
    j->box = run_box_new();
    j->consumer = worker_consumer("janitor");
    snprintf(pid, sizeof pid, "%d", (int)getppid());
    j->grader = worker_consumer(pid);
    forget_undelivered(j);

    while (!worker_stopping()) {
        register_runtimes(j);
        check_policy(j);
        one_round(j);
        sweep_disk(j);
        clock_sleep(j->ready ? conf()->janitor_seconds * 1000 : RETRY_MS);
    }
    /* or the next graderd of this host would count twice for a while; if it is
     * not heard, it is forgotten as one that died */
    if (j->ready)
        runtime_grader_gone(j->db, j->grader);
    forget_undelivered(j);
    run_box_free(j->box);
    free(j->runtimes);
    redis_free(j->redis);
    db_free(j->db);
    free(j->consumer);
    free(j->grader);
    free(j);
    return 0;
}
