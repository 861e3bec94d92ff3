/* One run in a slot: its limits, its clocks, its end.
 *
 * Facts only, and all of them ours: clocks that we read, counters of the
 * kernel, the wait status that the zygote saw.  Nothing that the program
 * wrote is looked at.
 */
#include "grader/box/slot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TICK_US = 10000,
    KILL_US = 500000 /* from KILL to the zygote's own end */
};

static bool
served(unsigned what)
{
    return (box.cgroup.serves & what) != 0;
}

static int64_t
cpu_us(const struct slot *s, int64_t zygote_says)
{
    return served(CGROUP_CPU) ? cgroup_leaf_cpu_us(&s->leaf) : zygote_says;
}

static bool
output_reached(const struct slot *s)
{
    struct stat out, err;
    off_t limit = (off_t)s->limits.output_kb * 1024;
    return (fstat(s->out, &out) == 0 && out.st_size >= limit) ||
           (fstat(s->err, &err) == 0 && err.st_size >= limit);
}

static void
run_end(struct slot *s)
{
    close_all(&s->out, 1);
    close_all(&s->err, 1);
    close_all(&s->tests_out, 1);
    s->busy = false;
    box.running--;
    box.last_run = now_us();
    s->client = NULL;
    s->kill = RUN_KEPT;
}

/* Kill everything in the slot, by its zygote; if that is deaf, the zygote. */
static void
run_kill(struct slot *s, enum run_kill why)
{
    struct zygote_msg m = {.type = ZYGOTE_MSG_KILL};
    if (s->kill != RUN_KEPT)
        return;
    s->kill = why;
    s->last_chance = now_us() + KILL_US;
    if (why == RUN_KILL_WALL)
        s->starved_us = cgroup_leaf_starved_us(&box.cgroup, &s->leaf) -
                        s->starved_before;
    if (message_send(s->control.fd, &m, sizeof m, NULL, 0) != 0)
        slot_kill(s, "zygote does not listen");
}

void
slot_abandon(struct slot *s)
{
    s->client = NULL;
    if (s->state == SLOT_RUNNING)
        run_kill(s, RUN_KILL_CLIENT);
}

/* The tests have limits of their own.  Over them is nobody's verdict. */
static bool
tests_over_limit(const struct slot *s)
{
    struct stat out;
    if (!s->split)
        return false;
    return cgroup_leaf_oom_kills(&s->tests_leaf) > 0 ||
           cgroup_leaf_cpu_us(&s->tests_leaf) >= s->tests.cpu_ms * 1000 ||
           (fstat(s->tests_out, &out) == 0 &&
            out.st_size >= (off_t)s->tests.output_kb * 1024);
}

void
run_tick(struct slot *s, int64_t now)
{
    const struct box_limits *l = &s->limits;
    cgroup_leaf_watch(&s->leaf);
    if (s->kill != RUN_KEPT) {
        if (now >= s->last_chance)
            slot_kill(s, "deaf to KILL");
        else
            s->deadline = s->last_chance;
        return;
    }
    if (now - s->started >= l->wall_ms * 1000)
        run_kill(s, RUN_KILL_WALL);
    else if (cpu_us(s, s->usage.cpu_us) >= l->cpu_ms * 1250 + 100000)
        run_kill(s, RUN_KILL_CPU);
    else if (cgroup_leaf_oom_kills(&s->leaf) > 0 ||
             (!served(CGROUP_MEMORY) && s->usage.memory_kb > l->memory_kb))
        run_kill(s, RUN_KILL_MEMORY);
    else if (output_reached(s))
        run_kill(s, RUN_KILL_OUTPUT);
    else if (tests_over_limit(s))
        run_kill(s, RUN_KILL_TESTS);
    int64_t wall = s->started + l->wall_ms * 1000;
    s->deadline = now + TICK_US < wall ? now + TICK_US : wall;
    if (s->kill != RUN_KEPT)
        s->deadline = s->last_chance;
}

/* Limits of either leaf; only then may the runners get to work. */
static int
begin(struct slot *s, const struct box_run *q)
{
    s->starved_before = 0;
    if (s->ahead != AHEAD_NONE) {
        s->starved_before = cgroup_leaf_starved_us(&box.cgroup, &s->leaf);
        return cgroup_leaf_resume(&box.cgroup, &s->leaf, q->limits.memory_kb,
                                  q->limits.processes);
    }
    if (cgroup_leaf_begin(&box.cgroup, &s->leaf, q->limits.memory_kb,
                          q->limits.processes) != 0)
        return -1;
    return s->split ? cgroup_leaf_begin(&box.cgroup, &s->tests_leaf,
                                        q->tests.memory_kb, q->tests.processes)
                    : 0;
}

/* Each runner its own part of a split job (grader/zygote/runner.c, "take"):
 * what is the tests' never passes through the submission's socket. */
static int
send_split(struct slot *s, const struct box_run *q, size_t size, const int *fds)
{
    int mine[BOX_FDS_MAX], theirs[BOX_FDS_MAX];
    size_t nmine = 0, ntheirs = 0, i = 0;
    mine[nmine++] = fds[i++];
    mine[nmine++] = fds[i++];
    if (q->flags & BOX_HAS_STDIN)
        mine[nmine++] = fds[i++];
    int channel = fds[i++];
    theirs[ntheirs++] = fds[i++]; /* what they print */
    theirs[ntheirs++] = channel;
    for (size_t k = 0; k < q->nfiles; k++) {
        if (q->file[k].for_tests)
            theirs[ntheirs++] = fds[i++];
        else
            mine[nmine++] = fds[i++];
    }
    s->tests_out = fcntl(theirs[0], F_DUPFD_CLOEXEC, 0);
    if (s->tests_out < 0 ||
        message_send(s->tests_job.fd, q, size, theirs, ntheirs) != 0)
        return -1;
    return message_send(s->job.fd, q, size, mine, nmine);
}

void
slot_run(struct slot *s, struct client *c, const struct box_run *q, size_t size,
         int *fds, size_t nfds)
{
    struct zygote_msg m = {.type = ZYGOTE_MSG_JOB};
    s->client = c;
    s->limits = q->limits;
    s->tests = q->tests;
    s->split = (q->flags & BOX_SPLIT) != 0;
    s->kill = RUN_KEPT;
    s->starved_us = 0;
    s->usage = s->fault = (struct zygote_msg){0};
    s->out = fcntl(fds[0], F_DUPFD_CLOEXEC, 0);
    s->err = fcntl(fds[1], F_DUPFD_CLOEXEC, 0);
    s->state = SLOT_RUNNING;
    s->deadline = now_us() + TICK_US;
    s->resumed = false;
    s->busy = true;
    box.running++;
    if (s->kind->program != NULL)
        ahead_remember(s, q);
    m.split = s->split;
    memcpy(m.text, q->artefact, sizeof q->artefact);
    bool sent = s->out >= 0 && s->err >= 0 && begin(s, q) == 0 &&
                message_send(s->control.fd, &m, sizeof m, NULL, 0) == 0;
    s->started = now_us();
    if (sent && s->split)
        sent = send_split(s, q, size, fds) == 0;
    else
        sent = sent && message_send(s->job.fd, q, size, fds, nfds) == 0;
    close_all(fds, nfds);
    if (!sent)
        slot_kill(s, "cannot send the job");
}

/* What ended it, in the order that docs/INTERFACES.md gives. */
static void
judge_end(const struct slot *s, const struct zygote_msg *m, struct box_exit *e)
{
    bool signaled = WIFSIGNALED(m->status);
    bool failed = signaled || WEXITSTATUS(m->status) != 0;
    e->status = signaled ? WTERMSIG(m->status) : WEXITSTATUS(m->status);
    if (s->kill == RUN_KILL_CPU)
        e->end = BOX_END_CPU;
    else if (s->kill == RUN_KILL_WALL && e->wall_us >= s->limits.wall_ms * 1000)
        e->end = BOX_END_WALL; /* and did not end by itself just before */
    else if (s->kill == RUN_KILL_OUTPUT)
        e->end = BOX_END_OUTPUT;
    else if (s->kill == RUN_KILL_MEMORY ||
             cgroup_leaf_oom_kills(&s->leaf) > 0 ||
             (failed && e->memory_kb >= s->limits.memory_kb))
        e->end = BOX_END_MEMORY;
    else if (e->cpu_us > s->limits.cpu_ms * 1000)
        e->end = BOX_END_CPU;
    else if ((signaled && e->status == SIGXFSZ) || output_reached(s))
        e->end = BOX_END_OUTPUT;
    else
        e->end = signaled ? BOX_END_SIGNALED : BOX_END_EXITED;
}

static void
judge_tests(const struct slot *s, const struct zygote_msg *m,
            struct box_exit *e)
{
    if (!s->split)
        return;
    if (s->kill == RUN_KILL_TESTS || tests_over_limit(s)) {
        e->tests = BOX_TESTS_LIMIT;
    } else if (m->tests_status == -1 || WIFSIGNALED(m->tests_status)) {
        e->tests = BOX_TESTS_KILLED;
        e->tests_status = m->tests_status == -1 ? SIGKILL
                                                : WTERMSIG(m->tests_status);
    } else {
        e->tests = BOX_TESTS_EXITED;
        e->tests_status = WEXITSTATUS(m->tests_status);
    }
}

static void
measure(const struct slot *s, const struct zygote_msg *m, struct box_exit *e)
{
    int64_t ended = m->ended_us > s->started ? m->ended_us : now_us();
    e->starved_us = s->starved_us;
    judge_tests(s, m, e);
    e->cpu_us = cpu_us(s, m->cpu_us);
    e->wall_us = ended - s->started;
    bool exact = false;
    e->memory_kb = cgroup_leaf_peak_kb(&s->leaf, &exact);
    if (e->memory_kb == 0 || (!exact && e->memory_kb < m->memory_kb))
        e->memory_kb = m->memory_kb;
}

/* The runner could not start the program.  True: answered. */
static bool
answer_fault(struct slot *s, const struct zygote_msg *m, struct box_exit *e)
{
    switch ((enum zygote_blame)s->fault.blame) {
    case ZYGOTE_BLAME_REQUEST:
        client_refuse(s->client, BOX_REFUSED_INVALID, s->fault.text);
        return true;
    case ZYGOTE_BLAME_HOST:
        note("runner failed", "slot=%d why=\"%s\"", (int)(s - box.slots),
             s->fault.text);
        client_refuse(s->client, BOX_REFUSED_LOST, s->fault.text);
        return true;
    case ZYGOTE_BLAME_PROGRAM:
        break;
    }
    measure(s, m, e);
    e->end = BOX_END_EXITED;
    e->status = 126;
    return false;
}

/* A regular file of bounded size that cannot change any more: the zygote
 * made it so, and we look again. */
static bool
artefact_ok(int fd)
{
    struct stat st;
    int seals = fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & F_SEAL_WRITE) && (seals & F_SEAL_SEAL) &&
           fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
           st.st_size <= (off_t)BOX_ARTEFACT_MAX_KB * 1024;
}

void
run_finish(struct slot *s, const struct zygote_msg *m, int *artefact)
{
    struct box_exit e = {.type = BOX_EXIT};
    if (s->client == NULL || s->kill == RUN_KILL_CLIENT)
        goto out;
    if (s->fault.type != 0 && s->kill == RUN_KEPT) {
        if (!answer_fault(s, m, &e))
            client_exit(s->client, &e, -1);
        goto out;
    }
    if (s->ahead != AHEAD_NONE && !s->resumed) {
        client_refuse(s->client, BOX_REFUSED_LOST, "ended ahead of its job");
        goto out;
    }
    measure(s, m, &e);
    judge_end(s, m, &e);
    e.has_artefact = *artefact >= 0 && artefact_ok(*artefact);
    client_exit(s->client, &e, e.has_artefact ? *artefact : -1);
out:
    run_end(s);
}

/* The zygote is dead.  Where box had killed the run for good reason, the
 * reason still holds; otherwise nothing is known of the program. */
void
run_lost(struct slot *s)
{
    const struct zygote_msg killed = {.status = SIGKILL, .tests_status = -1};
    struct box_exit e = {.type = BOX_EXIT};
    if (!s->busy)
        return;
    if (s->client != NULL && s->kill != RUN_KEPT &&
        s->kill != RUN_KILL_CLIENT) {
        measure(s, &killed, &e);
        judge_end(s, &killed, &e);
        client_exit(s->client, &e, -1);
    } else if (s->client != NULL) {
        client_refuse(s->client, BOX_REFUSED_LOST, "the slot was lost");
    }
    run_end(s);
}
