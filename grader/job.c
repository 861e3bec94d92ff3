/* Theory of operation
 *
 * claim -> load -> judge -> store -> acknowledge -> tell, one after the other,
 * blocking.  The row in PostgreSQL decides at every step; the entry of the
 * stream only brought us here.
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
 * A program whose author gave it the place of an earlier one has no entry of
 * its own: it follows that one, and when that one's entry is read, its turn is
 * here, whatever became of the other.
 */
#include "grader/job.h"

#include "core/grading.h"
#include "grader/judge.h"
#include "grader/load.h"
#include "grader/publish.h"
#include "grader/worker_internal.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/fault.h"
#include "lib/log.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
                                     : WORKER_PAUSE_MS);
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
    if (worker_stopping() && j->drain_at == 0)
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

/* May a fenced write be tried again?  Until PostgreSQL answers, but not when we
 * are to stop (then the lease ends by itself). */
static bool
once_more(struct job *j, enum err e)
{
    if (e != ERR_UNAVAILABLE || worker_stopping())
        return false;
    worker_pause(j->w);
    return true;
}

static void
hand_back(struct job *j, const char *why)
{
    enum err e = ERR_OK;
    do
        e = grading_hand_back(j->w->db, j->grading.id, j->grading.fence);
    while (once_more(j, e));
    log_info("handed back", "grading=%lld fence=%d why=\"%s\" result=%s",
             (long long)j->grading.id, j->grading.fence, why, err_name(e));
    /* a new entry, so that any grader may take it; the janitor rings if this
     * fails */
    FAULT("handback.stored");
    if (e == ERR_OK)
        stream_ring(j->w->redis, stream_again(j->grading.class), j->grading.id);
    if (e == ERR_OK || e == ERR_STALE)
        stream_done(j->w->redis, j->entry);
}

static void
give_up(struct job *j, enum err why)
{
    enum err e = ERR_OK;
    do
        e = grading_give_up(j->w->db, j->grading.id, j->grading.fence, why);
    while (once_more(j, e));
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
        if (worker_stopping() && give_up_at == 0)
            give_up_at = clock_ms() + conf()->drain_seconds * 1000;
        if (e != ERR_UNAVAILABLE ||
            (give_up_at != 0 && clock_ms() >= give_up_at))
            break;
        worker_pause(j->w);
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
        j->w->pause_ms = WORKER_PAUSE_MS;
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
        worker_pause(w);
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
    } else if (e == ERR_STALE || (e == ERR_UNAVAILABLE && worker_stopping())) {
        hand_back(j, "stopping"); /* box, too, at a shutdown */
    } else {
        give_up(j, e);
        worker_pause(w);
    }
}

/* Claim it, with all that is needed to do it.  ERR_OK: `*claimed` says how it
 * went.  Else it is left to the janitor. */
static enum err
claim(struct job *j, int64_t id, enum grading_claimed *claimed, int64_t *next)
{
    struct worker *w = j->w;
    for (;;) {
        enum err e = ERR_UNAVAILABLE;
        bool may = worker_may_work(w, false);
        if (may)
            e = grading_claim(w->db, id, w->builds, claimed, &j->grading, next);
        if (e == ERR_OK)
            return e;
        if (worker_stopping())
            return e; /* the entry stays ours, for the next start */
        if (!selfattack_passed(w->setup->selfattack))
            return e; /* somebody's janitor takes the entry from us */
        if (may)
            worker_pause(w);
        if (e != ERR_UNAVAILABLE)
            return e; /* refused, and logged; the janitor rings again */
    }
}

void
job_do(struct worker *w, const struct stream_entry *entry)
{
    struct job j = {.w = w, .entry = entry};
    enum grading_claimed claimed = GRADING_ELSEWHERE;
    int64_t next = 0;

    FAULT("claim.before");
    if (claim(&j, entry->grading, &claimed, &next) != ERR_OK)
        return;
    bool finished = claimed == GRADING_FINISHED;
    /* the turn has come, if not of the one that was rung for */
    if (claimed != GRADING_CLAIMED && next != 0 &&
        claim(&j, next, &claimed, &next) != ERR_OK)
        return;
    w->pause_ms = WORKER_PAUSE_MS;
    if (finished && claimed != GRADING_CLAIMED)
        stream_done(w->redis, entry);
    if (claimed != GRADING_CLAIMED)
        return;
    FAULT("claim.claimed");
    if (next != 0)
        stream_ring(w->redis, stream_again(j.grading.class), next);
    j.renew_at = clock_ms() + conf()->lease_seconds * 1000 / 3;
    judge(&j);
    free(j.waiting);
    grading_free(&j.grading);
}
