/* Theory of operation
 *
 * Read an entry of the queue, do that job (grader/job.c), and again.  The
 * entry only brought us here; the row in PostgreSQL decides.
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

#include "core/schema.h"
#include "grader/job.h"
#include "grader/load.h"
#include "grader/offer.h"
#include "grader/run.h"
#include "grader/worker_internal.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/mem.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK_MS = 1000, /* longest wait for an entry; SIGTERM is seen after it */
    PAUSE_MAX_MS = 3000,
    /* Self-tests and regrades end even in a week of deadlines: of a worker's
     * time they get this part, in percent, before all else; of the part so much
     * may be saved up, and so much taken in advance. */
    BULK_SHARE = 10,
    BULK_SAVED_MAX_MS = 5000,
    BULK_OWED_MAX_MS = 60000
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
void
worker_pause(struct worker *w)
{
    clock_sleep(w->pause_ms);
    w->pause_ms *= 2;
    if (w->pause_ms > PAUSE_MAX_MS)
        w->pause_ms = PAUSE_MAX_MS;
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
bool
worker_may_work(struct worker *w, bool idle)
{
    if (!box_answers(w)) { /* leave the queue to those who can work */
        worker_pause(w);
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
        worker_pause(w);
    return false;
}

/* Do it, and note what that means for the share of bulk work: what it gets
 * when nothing else is there costs it nothing. */
static void
do_job(struct worker *w, const struct stream_entry *entry)
{
    bool in_its_turn = w->bulk_saved > 0;
    int64_t began = clock_ms();
    job_do(w, entry);
    int64_t took = clock_ms() - began + 1;
    if (entry->class != STREAM_BULK)
        w->bulk_saved += took * BULK_SHARE;
    else if (in_its_turn)
        w->bulk_saved -= took * (100 - BULK_SHARE);
    if (w->bulk_saved > BULK_SAVED_MAX_MS * 100)
        w->bulk_saved = BULK_SAVED_MAX_MS * 100;
    if (w->bulk_saved < -BULK_OWED_MAX_MS * 100)
        w->bulk_saved = -BULK_OWED_MAX_MS * 100;
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
        .pause_ms = WORKER_PAUSE_MS,
    };
    db_set_check(w.db, schema_ready);
    db_set_timeout(w.db, WORKER_DATABASE_MS);
    w.reader = stream_reader_new(w.redis, consumer);

    while (!stopping) {
        if (!worker_may_work(&w, idle))
            continue;
        int got = stream_read(w.reader, BLOCK_MS, w.bulk_saved > 0, &entry);
        idle = got == 0;
        if (got > 0)
            do_job(&w, &entry);
        else if (got < 0)
            worker_pause(&w);
        else
            w.pause_ms = WORKER_PAUSE_MS;
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
