#include "grader/judge_rerun.h"

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    GATE, /* bytes of the file that are locked */
    RUNS,
    TICK_MS = 500, /* between two calls of the watch */
    GATE_MOMENT_MS = 50,
    NAP_MIN_MS = 1,
    NAP_MAX_MS = 20
};

/* The file; fd -1: there is none. */
static struct {
    int fd;
    bool opened;
    bool stuck; /* the gate was not to be had for too long: pass it by */
    struct rerun_budget *budget;
} host;

/* -- the rule -- */

static int64_t
kill_ms(const struct run_limits *l)
{
    return l->cpu_ms + l->cpu_ms / 4 + 100;
}

bool
rerun_is_near(const struct run_limits *l, const struct run_result *r)
{
    if (l->cpu_ms > RERUN_CPU_MAX_MS)
        return false;
    /* what was killed has used that much, or more */
    if (r->end == RUN_CPU)
        return r->cpu_ms < kill_ms(l);
    /* it waited for a core for more than half of the time that it did not
     * run; the rest it slept */
    return r->end == RUN_WALL && r->starved_ms > 0 &&
           2 * r->starved_ms > r->wall_ms - r->cpu_ms;
}

void
rerun_budget_run(struct rerun_budget *b)
{
    int64_t saved = atomic_load(&b->saved);

    /* begins at 0, which is worth one */
    while (saved < RERUN_SHARE * (RERUN_SAVED_MAX - 1) &&
           !atomic_compare_exchange_weak(&b->saved, &saved, saved + 1))
        continue;
}

bool
rerun_budget_take(struct rerun_budget *b, int64_t now)
{
    int64_t saved = atomic_load(&b->saved);
    int64_t next = atomic_load(&b->next_at);

    /* a time far ahead is from before the host was started anew */
    if (now < next &&
        next - now < (int64_t)RERUN_SHARE * (RERUN_GATE_MS + RERUN_QUIET_MS))
        return false;
    while (saved >= 0)
        if (atomic_compare_exchange_weak(&b->saved, &saved,
                                         saved - RERUN_SHARE))
            return true;
    return false;
}

void
rerun_budget_held(struct rerun_budget *b, int64_t held, int64_t now)
{
    atomic_store(&b->next_at, now + held * (RERUN_SHARE - 1));
}

/* -- what the processes share -- */

static void
open_host(void)
{
    char *path;
    void *page = MAP_FAILED;

    if (host.opened)
        return;
    host.opened = true;
    path = xasprintf("%s/reruns", conf()->run_dir);
    host.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (host.fd != -1 && ftruncate(host.fd, sizeof *host.budget) == 0)
        page = mmap(NULL, sizeof *host.budget, PROT_READ | PROT_WRITE,
                    MAP_SHARED, host.fd, 0);
    if (page != MAP_FAILED)
        host.budget = page;
    else {
        log_errno("reruns do not pause the host", "file=%s", path);
        host.budget = xcalloc(1, sizeof *host.budget);
        if (host.fd != -1)
            close(host.fd);
        host.fd = -1;
    }
    free(path);
}

static bool
lock(int type, int byte)
{
    struct flock l = {.l_type = (short)type,
                      .l_whence = SEEK_SET,
                      .l_start = byte,
                      .l_len = 1};

    /* any other fault: a lock that cannot be had must not stop the grading */
    return fcntl(host.fd, F_OFD_SETLK, &l) == 0 ||
           (errno != EAGAIN && errno != EACCES && errno != EINTR);
}

static void
unlock(int byte)
{
    lock(F_UNLCK, byte);
}

/* Try for a lock until `ms` have passed.  ERR_OK; ERR_NOT_FOUND it was not to
 * be had; ERR_STALE the watch said stop. */
static enum err
wait_lock(int type, int byte, int64_t ms, run_watch *watch, void *cookie)
{
    int64_t now = clock_ms(), end = now + ms, told = now, nap = NAP_MIN_MS;

    while (!lock(type, byte)) {
        if (now >= end)
            return ERR_NOT_FOUND;
        clock_sleep(nap);
        nap = nap < NAP_MAX_MS ? nap * 2 : NAP_MAX_MS;
        now = clock_ms();
        if (now - told < TICK_MS)
            continue;
        told = now;
        if (watch != NULL && !watch(cookie, "", 0))
            return ERR_STALE;
    }
    return ERR_OK;
}

/* -- the runs -- */

/* False: the watch said stop. */
static bool
pass_gate(run_watch *watch, void *cookie)
{
    enum err e = wait_lock(F_RDLCK, GATE, host.stuck ? 0 : RERUN_GATE_MS, watch,
                           cookie);

    if (e == ERR_STALE)
        return false;
    if (e != ERR_OK && !host.stuck)
        log_warn("a rerun does not end", "waited_ms=%d", RERUN_GATE_MS);
    host.stuck = e != ERR_OK;
    /* nobody else has it exclusively now; or else we run beside a rerun */
    lock(F_RDLCK, RUNS);
    unlock(GATE);
    return true;
}

enum err
rerun_never(struct run_box *b, const struct run_request *q, run_watch *watch,
            void *cookie, struct run_result *out)
{
    enum err e;

    *out = (struct run_result){.artefact_fd = -1};
    open_host();
    if (host.fd != -1 && !pass_gate(watch, cookie))
        return ERR_STALE;
    e = run_program(b, q, watch, cookie, out);
    if (host.fd != -1)
        unlock(RUNS);
    if (e == ERR_OK)
        rerun_budget_run(host.budget);
    return e;
}

/* With the gate in our hands: wait for the others, and run. */
static enum err
run_alone(struct run_box *b, const struct run_request *q, run_watch *watch,
          void *cookie, struct run_result *out)
{
    struct run_request again = *q;
    enum err e = ERR_OK;
    int64_t wall = kill_ms(&q->limits) + RERUN_WALL_SLACK_MS;

    if (again.limits.wall_ms > wall)
        again.limits.wall_ms = wall;
    if (host.fd != -1)
        e = wait_lock(F_WRLCK, RUNS, RERUN_QUIET_MS, watch, cookie);
    if (e == ERR_STALE)
        return e;
    if (e != ERR_OK) /* a long run goes on beside it, no other begins */
        lock(F_RDLCK, RUNS);
    e = run_program(b, &again, watch, cookie, out);
    if (host.fd != -1)
        unlock(RUNS);
    return e;
}

/* Runs that begin hold the gate for a moment; another rerun holds it for long,
 * and after that the budget would refuse ours. */
static bool
take_gate(void)
{
    if (host.fd != -1 &&
        wait_lock(F_WRLCK, GATE, GATE_MOMENT_MS, NULL, NULL) != ERR_OK)
        return false;
    if (rerun_budget_take(host.budget, clock_ms()))
        return true;
    if (host.fd != -1)
        unlock(GATE);
    return false;
}

enum err
rerun_if_near(struct run_box *b, const struct run_request *q, run_watch *watch,
              rerun_again *again, void *cookie, struct run_result *out)
{
    enum err e = rerun_never(b, q, watch, cookie, out);
    struct run_result second = {.artefact_fd = -1};
    int64_t begun;

    if (e != ERR_OK || !rerun_is_near(&q->limits, out) || !take_gate())
        return e;
    begun = clock_ms();
    /* the first run has read the input */
    if ((q->stdin_fd < 0 || lseek(q->stdin_fd, 0, SEEK_SET) == 0) &&
        (again == NULL || again(cookie))) {
        e = run_alone(b, q, watch, cookie, &second);
        log_info("near the limit, run again",
                 "limit_ms=%lld cpu_ms=%lld starved_ms=%lld then_ms=%lld "
                 "held_ms=%lld",
                 (long long)q->limits.cpu_ms, (long long)out->cpu_ms,
                 (long long)out->starved_ms, (long long)second.cpu_ms,
                 (long long)(clock_ms() - begun));
        run_result_free(out);
        *out = second;
    }
    rerun_budget_held(host.budget, clock_ms() - begun, clock_ms());
    if (host.fd != -1)
        unlock(GATE);
    return e;
}
