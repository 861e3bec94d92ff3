/* Theory of operation
 *
 * read -> claim -> load -> judge -> store -> acknowledge -> tell, one after the
 * other, blocking.  The row in PostgreSQL decides at every step; the entry of
 * the stream only brought us here.
 *
 * How a claim may end:
 *   judged     stored under the fence; entry acknowledged; pages told.
 *   stale      our lease ended (we were stopped, or PostgreSQL was away) and
 *              another grader holds the fence: the result is dropped.
 *   handed back at SIGTERM, or when PostgreSQL failed before anything was
 *              run: the row is queued again and rung anew, no crash counted.
 *   given up   the job failed by no verdict of its program: a broken package,
 *              or the box lost it although it had answered a moment ago.  That
 *              may be the job's doing, so it is not handed back: its lease is
 *              shortened, its takeover counts a crash, and so it is tried
 *              again a few times, then parked.  A job that kills its box, its
 *              grader or itself cannot go round for ever.
 *   abandoned  we died: the lease ends by itself, with the same consequence.
 *
 * Before the first claim, and then every hour, comes the self-attack
 * (grader/selfattack.h): while a box has a hole, nothing is claimed.
 *
 * Whatever is missing (Redis, box, PostgreSQL) is waited for with growing
 * pauses before anything is claimed, so that an outage costs no grading a
 * crash but those that it hit.
 *
 * The consumer's name is HOST:SLOT, the same after every start.  A name per
 * process would leave a dead consumer behind at every crash, which nobody may
 * delete while it has pending entries (XGROUP DELCONSUMER drops them); with
 * a stable name the next process of the slot is given them at once, as its
 * own history.  XAUTOCLAIM looks at idle time, not at names, and two
 * processes of one name (an old graderd draining beside its successor) do no
 * harm: the claim decides.
 */
#include "grader/worker.h"

#include "core/grading.h"
#include "core/schema.h"
#include "grader/judge.h"
#include "grader/load.h"
#include "grader/offer.h"
#include "grader/publish.h"
#include "grader/run.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/stream.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK_MS = 1000, /* longest wait for an entry; SIGTERM is seen after it */
    PAUSE_MIN_MS = 100,
    PAUSE_MAX_MS = 3000
};

struct worker {
    const struct worker_setup *setup;
    struct db *db;
    struct redis *redis;
    struct stream_reader *reader;
    struct run_box *box;
    struct selfattack_turn attack;
    int slot;
    struct load_cache *packages;
    char *builds;     /* of what works in this box; NULL: not known yet */
    int64_t pause_ms; /* grows while things fail */
};

/* One claimed grading. */
struct job {
    struct worker *w;
    const struct stream_entry *entry;
    const struct package *package;
    struct grading grading;
    struct grading_told *waiting;
    size_t nwaiting;
    size_t tests_done;
    int64_t renew_at;
    int64_t drain_at; /* 0: not draining */
    bool stale;
};

static volatile sig_atomic_t stopping;

static void
on_term(int sig)
{
    (void)sig;
    stopping = 1;
}

void
worker_signals(void)
{
    /* no SA_RESTART: a sleep ends at once */
    struct sigaction a = {.sa_handler = on_term};
    sigaction(SIGTERM, &a, NULL);
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGHUP, &a, NULL);
}

int
worker_stopping(void)
{
    return stopping;
}

char *
worker_consumer(const char *slot)
{
    char host[256];
    if (gethostname(host, sizeof host) != 0)
        snprintf(host, sizeof host, "localhost");
    host[sizeof host - 1] = '\0';
    return xasprintf("%s:%s", host, slot);
}

/* Something is away: wait, longer each time. */
static void
pause_longer(struct worker *w)
{
    clock_sleep(w->pause_ms);
    w->pause_ms *= 2;
    if (w->pause_ms > PAUSE_MAX_MS)
        w->pause_ms = PAUSE_MAX_MS;
}

/* -- while it runs -- */

static struct event_subject
subject_of(const struct job *j)
{
    return (struct event_subject){
        .grading = j->grading.id,
        .assignment = j->grading.assignment_id,
        .fence = j->grading.fence,
        .tests_done = j->tests_done,
        .tests_total = (size_t)j->grading.tests_total,
    };
}

/* Who waits may grow while it runs: others hand the same program in. */
static void
refresh_waiting(struct job *j)
{
    struct grading_told *now = NULL;
    size_t count = 0;
    if (grading_waiting(j->w->db, j->grading.id, &now, &count) != ERR_OK)
        return;
    free(j->waiting);
    j->waiting = now;
    j->nwaiting = count;
}

/* The name of a test as a student may see it. */
static const char *
visible_name(const struct package *p, const char *name)
{
    enum package_feedback feedback = p->feedback;
    for (size_t i = 0; i < p->ntests; i++)
        if (strcmp(p->tests[i].name, name) == 0)
            feedback = p->tests[i].feedback;
    return feedback == FEEDBACK_NONE ? "" : name;
}

/* Extend the lease when a third of it has gone.  False: it is lost. */
static bool
keep_lease(struct job *j)
{
    int64_t now = clock_ms();
    if (now < j->renew_at)
        return true;
    enum err e = grading_renew(j->w->db, j->grading.id, j->grading.fence);
    if (e == ERR_STALE) {
        j->stale = true;
        return false;
    }
    /* PostgreSQL away: go on judging; the store finds out whose it is */
    j->renew_at = now + (e == ERR_OK ? conf()->lease_seconds * 1000 / 3
                                     : PAUSE_MIN_MS);
    if (e == ERR_OK)
        refresh_waiting(j);
    return true;
}

static bool
watch(void *cookie, const struct judge_test *test, size_t done, size_t total)
{
    struct job *j = cookie;
    (void)total;
    j->tests_done = done;
    if (stopping && j->drain_at == 0)
        j->drain_at = clock_ms() + conf()->drain_seconds * 1000;
    if (j->drain_at != 0 && clock_ms() >= j->drain_at)
        return false;
    if (!keep_lease(j))
        return false;
    if (test != NULL) {
        FAULT("judge.test");
        struct event_subject s = subject_of(j);
        struct event_test t = {
            .name = visible_name(j->package, test->name),
            .verdict = verdict_name(test->verdict),
            .time_ms = test->time_ms,
        };
        publish_running(j->w->redis, &s, &t, j->waiting, j->nwaiting);
    }
    return true;
}

/* -- how it ends -- */

/* Repeat a fenced write until PostgreSQL answers; give up on it when we are
 * to stop (then the lease ends by itself). */
static enum err
insist(struct job *j, enum err (*write)(struct db *, int64_t, int))
{
    enum err e = write(j->w->db, j->grading.id, j->grading.fence);
    while (e == ERR_UNAVAILABLE && !stopping) {
        pause_longer(j->w);
        e = write(j->w->db, j->grading.id, j->grading.fence);
    }
    return e;
}

static void
hand_back(struct job *j, const char *why)
{
    enum err e = insist(j, grading_hand_back);
    log_info("handed back", "grading=%lld fence=%d why=\"%s\" result=%s",
             (long long)j->grading.id, j->grading.fence, why, err_name(e));
    /* a new entry, so that any grader may take it; the janitor rings if this
     * fails */
    FAULT("handback.stored");
    if (e == ERR_OK)
        stream_ring(j->w->redis, j->entry->class, j->grading.id);
    if (e == ERR_OK || e == ERR_STALE)
        stream_done(j->w->redis, j->entry);
}

static void
give_up(struct job *j, enum err why)
{
    enum err e = insist(j, grading_give_up);
    FAULT("giveup.stored");
    log_warn("grading failed", "grading=%lld fence=%d why=%s result=%s",
             (long long)j->grading.id, j->grading.fence, err_name(why),
             err_name(e));
    if (e == ERR_OK || e == ERR_STALE)
        stream_done(j->w->redis, j->entry); /* the janitor rings for it */
}

static void
drop_stale(struct job *j)
{
    log_warn("stale result dropped", "grading=%lld fence=%d",
             (long long)j->grading.id, j->grading.fence);
    stream_done(j->w->redis, j->entry);
}

static void
store(struct job *j, const struct judge_result *result)
{
    struct grading_verdict v = {
        .verdict = result->verdict,
        .score = result->score,
        .time_ms = result->time_ms,
        .memory_kb = result->memory_kb,
        .report = result->report,
    };
    struct grading_told *told = NULL;
    size_t ntold = 0;
    int64_t give_up_at = 0;
    enum err e = ERR_UNAVAILABLE;

    FAULT("store.before");
    /* Judged work is worth keeping: wait for PostgreSQL as long as we live. */
    for (;;) {
        e = grading_store(j->w->db, j->grading.id, j->grading.fence, &v, &told,
                          &ntold);
        if (stopping && give_up_at == 0)
            give_up_at = clock_ms() + conf()->drain_seconds * 1000;
        if (e != ERR_UNAVAILABLE ||
            (give_up_at != 0 && clock_ms() >= give_up_at))
            break;
        pause_longer(j->w);
    }
    if (e == ERR_STALE) {
        drop_stale(j);
    } else if (e == ERR_OK) {
        struct event_subject s = subject_of(j);
        FAULT("store.stored");
        stream_done(j->w->redis, j->entry);
        FAULT("publish.before");
        publish_judged(j->w->redis, &s, verdict_name(v.verdict), told, ntold);
        log_info("judged", "grading=%lld fence=%d verdict=%s told=%zu",
                 (long long)j->grading.id, j->grading.fence,
                 verdict_name(v.verdict), ntold);
        j->w->pause_ms = PAUSE_MIN_MS;
    } else if (e != ERR_UNAVAILABLE) {
        give_up(j, e); /* PostgreSQL refuses this report */
    }
    free(told);
}

/* -- one grading -- */

static void
judge(struct job *j)
{
    struct worker *w = j->w;
    struct judge_result result = {0};
    struct judge_job what = {
        .language = language_find(w->setup->languages, w->setup->nlanguages,
                                  j->grading.language),
        .code = j->grading.code,
        .code_size = j->grading.code_size,
        .languages = w->setup->languages,
        .nlanguages = w->setup->nlanguages,
    };
    enum err e = load_package(w->packages, w->db, &j->grading, &j->package);
    if (e == ERR_UNAVAILABLE) {
        hand_back(j, "no package");
        pause_longer(w);
        return;
    }
    what.package = j->package;
    if (e == ERR_OK) {
        struct event_subject s = subject_of(j);
        refresh_waiting(j);
        publish_running(w->redis, &s, NULL, j->waiting, j->nwaiting);
        e = judge_program(w->box, &what, watch, j, &result);
    }
    if (e == ERR_OK) {
        store(j, &result);
        judge_result_free(&result);
    } else if (j->stale) {
        drop_stale(j);
    } else if (e == ERR_STALE || (e == ERR_UNAVAILABLE && stopping)) {
        hand_back(j, "stopping"); /* box, too, at a shutdown */
    } else {
        give_up(j, e);
        pause_longer(w);
    }
}

/* Which gradings may be claimed: found out once, when the box is first there.
 */
static enum err
know_builds(struct worker *w)
{
    struct runtime *runtimes = NULL;
    struct buf builds = {0};
    size_t n = 0;
    enum err e = ERR_OK;
    if (w->builds != NULL)
        return ERR_OK;
    e = offer_runtimes(w->box, w->setup->languages, w->setup->nlanguages,
                       &runtimes, &n);
    if (e == ERR_OK) {
        runtime_builds(runtimes, n, &builds);
        w->builds = buf_take(&builds, NULL);
    }
    free(runtimes);
    return e;
}

/* Is the box there?  Asked before a claim, so that a box that is away costs no
 * grading a crash; cheap, since its greeting is kept with the connection. */
static bool
box_answers(struct worker *w)
{
    char *what = NULL;
    enum err e = run_describe(w->box, &what);
    free(what);
    return e == ERR_OK && know_builds(w) == ERR_OK;
}

static bool
go_on(void)
{
    return !stopping;
}

/* May work be taken?  Pauses where not. */
static bool
may_work(struct worker *w, bool idle)
{
    if (!box_answers(w)) { /* leave the queue to those who can work */
        pause_longer(w);
        return false;
    }
    switch (selfattack_check(w->setup->selfattack, &w->attack, w->slot, w->box,
                             idle, go_on)) {
    case SELFATTACK_PASSED:
        return true;
    case SELFATTACK_HOLE:
        clock_sleep(BLOCK_MS);
        return false;
    case SELFATTACK_AWAY:
        break;
    }
    if (!stopping)
        pause_longer(w);
    return false;
}

/* Try for the grading of one entry. */
static void
work(struct worker *w, const struct stream_entry *entry)
{
    struct job j = {.w = w, .entry = entry};
    enum grading_claimed claimed = GRADING_ELSEWHERE;

    FAULT("claim.before");
    for (;;) {
        enum err e = ERR_UNAVAILABLE;
        bool may = may_work(w, false);
        if (may)
            e = grading_claim(w->db, entry->grading, w->builds, &claimed,
                              &j.grading);
        if (e == ERR_OK)
            break;
        if (stopping)
            return; /* the entry stays ours, for the next start */
        if (!selfattack_passed(w->setup->selfattack))
            return; /* somebody's janitor takes the entry from us */
        if (may)
            pause_longer(w);
        if (e != ERR_UNAVAILABLE)
            return; /* refused, and logged; the janitor rings again */
    }
    w->pause_ms = PAUSE_MIN_MS;
    if (claimed == GRADING_FINISHED)
        stream_done(w->redis, entry);
    if (claimed != GRADING_CLAIMED)
        return;
    FAULT("claim.claimed");
    j.renew_at = clock_ms() + conf()->lease_seconds * 1000 / 3;
    judge(&j);
    free(j.waiting);
    grading_free(&j.grading);
}

int
worker_main(const struct worker_setup *setup, int slot)
{
    char name[16];
    struct stream_entry entry;
    bool idle = false;

    worker_signals();
    snprintf(name, sizeof name, "%d", slot);
    char *consumer = worker_consumer(name);
    struct worker w = {
        .setup = setup,
        .db = db_new(conf()->database_grader),
        .redis = redis_new(0),
        .box = run_box_new(),
        .packages = load_cache_new(),
        .slot = slot,
        .pause_ms = PAUSE_MIN_MS,
    };
    db_set_check(w.db, schema_ready);
    db_set_timeout(w.db, WORKER_DATABASE_MS);
    w.reader = stream_reader_new(w.redis, consumer);

    while (!stopping) {
        if (!may_work(&w, idle))
            continue;
        int got = stream_read(w.reader, BLOCK_MS, &entry);
        idle = got == 0;
        if (got > 0)
            work(&w, &entry);
        else if (got < 0)
            pause_longer(&w);
        else
            w.pause_ms = PAUSE_MIN_MS;
    }
    stream_reader_free(w.reader);
    redis_free(w.redis);
    run_box_free(w.box);
    load_cache_free(w.packages);
    db_free(w.db);
    free(w.builds);
    free(consumer);
    return 0;
}
