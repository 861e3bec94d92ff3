/* Slots: one zygote each, from its clone to its end.
 *
 *   DOWN ──► STARTING ──► IDLE ──► RUNNING ──► CLEANING ──► IDLE
 *              │            │         │            │
 *              └────────────┴─────────┴────────────┴──► DYING ──► DOWN
 *
 * DYING: its zygote was killed; when its pidfd says that it is dead, so is
 * everything in its pid namespace (the kernel reports the first process last),
 * and only then are its ids and its leaf used again.
 */
#include "grader/box/slot.h"

#include "grader/box/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLOT_OF(source, member)                                                \
    ((struct slot *)(void *)((char *)(source)-offsetof(struct slot, member)))

static void control_ready(struct source *s);
static void job_ready(struct source *s);
static void tests_ready(struct source *s);
static void zygote_died(struct source *s);

static int
write_proc(pid_t pid, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* Root: the slot's root, its submissions and its tests are three users whom
 * nobody else on this host is, other slots included.  Without: all are us. */
static int
write_maps(const struct slot *s)
{
    char uids[128], gids[128];
    if (box.root) {
        unsigned a = box.base + 3 * (unsigned)(s - box.slots);
        snprintf(uids, sizeof uids, "0 %u 1\n%d %u 1\n%d %u 1\n", a,
                 ZYGOTE_UID_SUBMISSION, a + 1, ZYGOTE_UID_TESTS, a + 2);
        snprintf(gids, sizeof gids, "%s", uids);
    } else {
        snprintf(uids, sizeof uids, "0 %u 1\n", (unsigned)geteuid());
        snprintf(gids, sizeof gids, "0 %u 1\n", (unsigned)getegid());
        if (write_proc(s->pid, "setgroups", "deny") != 0)
            return -1;
    }
    return write_proc(s->pid, "uid_map", uids) != 0
               ? -1
               : write_proc(s->pid, "gid_map", gids);
}

static unsigned
zygote_mode(void)
{
    const unsigned counted = CGROUP_MEMORY | CGROUP_CPU;
    unsigned mode = 0;
    if (!box.root)
        mode |= ZYGOTE_ONE_ID;
    if ((box.cgroup.serves & counted) != counted)
        mode |= ZYGOTE_USAGE;
    if ((box.cgroup.serves & CGROUP_MEMORY) == 0)
        mode |= ZYGOTE_SOFT_MEM;
    return mode;
}

/* clone3 without glibc: a plain fork into new namespaces. */
static pid_t
clone_zygote(struct slot *s, int *pidfd)
{
    struct clone_args a = {
        .flags = CLONE_PIDFD | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS |
                 CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    if (s->leaf.zygote >= 0) {
        a.flags |= CLONE_INTO_CGROUP;
        a.cgroup = (uint64_t)s->leaf.zygote;
    }
    return (pid_t)syscall(SYS_clone3, &a, sizeof a);
}

static int
zygote_say(struct slot *s, enum zygote_type type, const char *text)
{
    struct zygote_msg m = {.type = type};
    snprintf(m.text, sizeof m.text, "%s", text);
    return message_send(s->control.fd, &m, sizeof m, NULL, 0);
}

static int
open_leaves(struct slot *s)
{
    size_t index = (size_t)(s - box.slots), n = box.cgroup.ntrees;
    if (s->leaf.ntrees != n &&
        cgroup_leaf_open(&box.cgroup, index, "s", &s->leaf) != 0)
        return -1;
    if (s->kind->tests && s->tests_leaf.ntrees != n)
        return cgroup_leaf_open(&box.cgroup, index, "t", &s->tests_leaf);
    return 0;
}

static void
slot_start(struct slot *s)
{
    const struct cgroup_leaf *const leaves[] = {&s->leaf, &s->tests_leaf};
    int pair[2] = {-1, -1}, pidfd = -1;
    s->state = SLOT_STARTING;
    s->runs = 0;
    s->deadline = now_us() + START_US;
    if (open_leaves(s) != 0)
        goto fail;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        goto fail;
    s->pid = clone_zygote(s, &pidfd);
    if (s->pid == 0)
        root_enter(pair[1], s->kind->file, leaves, s->kind->tests ? 2 : 1,
                   zygote_mode());
    if (s->pid < 0)
        goto fail;
    close_all(&pair[1], 1);
    if (source_watch(&s->pidfd, pidfd) != 0 ||
        source_watch(&s->control, pair[0]) != 0) {
        slot_kill(s, "epoll");
        return;
    }
    if (write_maps(s) != 0 || zygote_say(s, ZYGOTE_MSG_GO, "") != 0)
        slot_kill(s, "id maps");
    return;
fail:
    note_errno("cannot start slot", "slot=%d", (int)(s - box.slots));
    close_all(pair, 2);
    s->pid = -1;
    slot_down(s);
}

/* Start it again later: at once after a good life, else slower and slower. */
void
slot_down(struct slot *s)
{
    s->state = SLOT_DOWN;
    if (s->runs > 0)
        s->failures = 0;
    int shift = s->failures < 6 ? s->failures : 6;
    s->deadline = now_us() + (s->failures == 0 ? 0 : RETRY_US << shift);
    s->failures++;
}

void
slot_kill(struct slot *s, const char *why)
{
    if (!box.stopping)
        note("slot killed", "slot=%d state=%d why=\"%s\"", (int)(s - box.slots),
             (int)s->state, why);
    if (s->pid > 0 &&
        syscall(SYS_pidfd_send_signal, s->pidfd.fd, SIGKILL, NULL, 0) != 0 &&
        errno != ESRCH)
        note_errno("cannot kill zygote", "slot=%d", (int)(s - box.slots));
    source_close(&s->control);
    source_close(&s->job);
    source_close(&s->tests_job);
    s->state = SLOT_DYING;
    s->deadline = INT64_MAX;
}

static void
zygote_died(struct source *source)
{
    struct slot *s = SLOT_OF(source, pidfd);
    siginfo_t info = {0};
    if (s->pid <= 0 ||
        waitid(P_PIDFD, (id_t)s->pidfd.fd, &info, WEXITED | WNOHANG) != 0 ||
        info.si_pid == 0)
        return;
    if (s->state != SLOT_DYING)
        note("zygote died", "slot=%d state=%d code=%d status=%d",
             (int)(s - box.slots), (int)s->state, info.si_code, info.si_status);
    source_close(&s->control);
    source_close(&s->job);
    source_close(&s->tests_job);
    source_close(&s->pidfd);
    s->pid = -1;
    run_lost(s);
    slot_down(s);
}

/* READY: runners were forked; here are the other ends of their job sockets. */
static void
runners_forked(struct slot *s, int *fds, size_t n)
{
    source_close(&s->job);
    source_close(&s->tests_job);
    s->waiting_for = s->kind->tests ? 2 : 1;
    if ((s->state != SLOT_STARTING && s->state != SLOT_CLEANING) ||
        n != (size_t)s->waiting_for || source_watch(&s->job, fds[0]) != 0) {
        slot_kill(s, "unexpected READY");
        return;
    }
    fds[0] = -1;
    if (n == 1)
        return;
    if (source_watch(&s->tests_job, fds[1]) != 0)
        slot_kill(s, "epoll");
    fds[1] = -1;
}

/* All is dead in it; the zygote makes it as new. */
static void
clean(struct slot *s)
{
    s->state = SLOT_CLEANING;
    s->deadline = now_us() + CLEAN_US;
    s->ahead = AHEAD_NONE;
    s->dropped = false;
}

static void
control_message(struct slot *s, const struct zygote_msg *m, int *fds, size_t n)
{
    switch ((enum zygote_type)m->type) {
    case ZYGOTE_MSG_READY:
        runners_forked(s, fds, n);
        return;
    case ZYGOTE_MSG_USAGE:
        s->usage = *m;
        return;
    case ZYGOTE_MSG_EXIT:
        job_ready(&s->job); /* a FAULT that came before it */
        tests_ready(&s->tests_job);
        if (s->state == SLOT_RUNNING) {
            run_finish(s, m, fds);
            clean(s);
            if (++s->runs >= RUNS_MAX)
                slot_kill(s, "old age");
            return;
        }
        if (s->state == SLOT_IDLE && ahead_died(s))
            clean(s);
        else if (s->state != SLOT_DYING)
            slot_kill(s, "runner died while idle");
        return;
    case ZYGOTE_MSG_GO:
    case ZYGOTE_MSG_WARM:
    case ZYGOTE_MSG_JOB:
    case ZYGOTE_MSG_KILL:
    case ZYGOTE_MSG_ATTACHED:
    case ZYGOTE_MSG_FAULT:
    case ZYGOTE_MSG_DROP:
    case ZYGOTE_MSG_LOADED:
    case ZYGOTE_MSG_STARTED:
        break;
    }
    slot_kill(s, "unknown message");
}

static void
control_ready(struct source *source)
{
    struct slot *s = SLOT_OF(source, control);
    struct zygote_msg m = {0};
    while (s->control.fd >= 0) {
        int fds[2] = {-1, -1};
        size_t nfds = 0;
        ssize_t n = message_recv(s->control.fd, &m, sizeof m, fds, 2, &nfds);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n != sizeof m) {
            close_all(fds, 2);
            /* its end comes as its pidfd's; until then nothing to read */
            source_close(&s->control);
            return;
        }
        m.text[sizeof m.text - 1] = '\0';
        control_message(s, &m, fds, nfds);
        close_all(fds, 2);
    }
}

/* A runner has attached itself.  With the last one the slot is idle. */
static void
runner_attached(struct slot *s, const struct cgroup_leaf *leaf)
{
    if (!cgroup_leaf_populated(&box.cgroup, leaf)) {
        slot_kill(s, "runner is not in its cgroup");
        return;
    }
    if (--s->waiting_for > 0)
        return;
    s->state = SLOT_IDLE;
    s->warm = !s->kind->warms;
    s->ahead = AHEAD_NONE;
    s->dropped = false;
    s->deadline = s->warm && s->kind->program == NULL ? INT64_MAX : 0;
}

static void
runner_said(struct slot *s, struct source *job, const struct cgroup_leaf *leaf)
{
    struct zygote_msg m = {0};
    size_t nfds = 0;
    if (job->fd < 0)
        return;
    ssize_t n = message_recv(job->fd, &m, sizeof m, NULL, 0, &nfds);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n != sizeof m) { /* the program has started, or the runner is dead */
        source_close(job);
        return;
    }
    m.text[sizeof m.text - 1] = '\0';
    if (m.type == ZYGOTE_MSG_ATTACHED && s->waiting_for > 0 &&
        (s->state == SLOT_STARTING || s->state == SLOT_CLEANING)) {
        runner_attached(s, leaf);
    } else if (m.type == ZYGOTE_MSG_LOADED && s->ahead == AHEAD_STARTING) {
        ahead_loaded(s);
    } else if (m.type == ZYGOTE_MSG_STARTED) {
        s->resumed = true;
    } else if (m.type == ZYGOTE_MSG_FAULT) {
        s->fault = m;
        if (s->state == SLOT_IDLE && s->ahead != AHEAD_NONE)
            note("cannot start ahead", "slot=%d why=\"%s\"",
                 (int)(s - box.slots), m.text);
        else if (s->state != SLOT_RUNNING)
            slot_kill(s, m.text);
    }
}

static void
job_ready(struct source *source)
{
    struct slot *s = SLOT_OF(source, job);
    runner_said(s, source, &s->leaf);
}

static void
tests_ready(struct source *source)
{
    struct slot *s = SLOT_OF(source, tests_job);
    runner_said(s, source, &s->tests_leaf);
}

/* Nothing runs and nothing waits: let the runners go through the motions, so
 * that the memory which they share with their zygote is copied before the job
 * comes.  Under load that would only cost others their time. */
static void
warm_up(struct slot *s, int64_t now)
{
    const struct zygote_msg m = {.type = ZYGOTE_MSG_WARM};
    if (box.running > 0 || now - box.last_run < WARM_US) {
        s->deadline = now + WARM_US;
        return;
    }
    s->warm = true;
    s->deadline = INT64_MAX;
    if (message_send(s->job.fd, &m, sizeof m, NULL, 0) != 0 ||
        (s->kind->tests &&
         message_send(s->tests_job.fd, &m, sizeof m, NULL, 0) != 0))
        slot_kill(s, "runners do not listen");
}

struct slot *
slot_idle(const struct kind *kind, const struct box_run *q)
{
    struct slot *found = NULL;
    int best = 0;
    for (size_t i = 0; i < box.nslots; i++) {
        struct slot *s = &box.slots[i];
        if (s->state != SLOT_IDLE || s->kind != kind)
            continue;
        int fits = kind->program != NULL ? ahead_fits(s, q) : 1 + s->warm;
        if (fits > best) {
            best = fits;
            found = s;
        }
    }
    if (found == NULL && kind->program != NULL)
        ahead_make_room(kind);
    return found;
}

int
slots_start(void)
{
    box.slots = calloc(box.nslots, sizeof *box.slots);
    if (box.slots == NULL)
        return -1;
    size_t kind = 0, of_kind = 0;
    for (size_t i = 0; i < box.nslots; i++) {
        struct slot *s = &box.slots[i];
        while (box.kinds[kind].file < 0 || of_kind == box.kinds[kind].nslots) {
            kind++;
            of_kind = 0;
        }
        of_kind++;
        s->kind = &box.kinds[kind];
        s->pid = s->pidfd.fd = s->control.fd = -1;
        s->job.fd = s->tests_job.fd = -1;
        s->out = s->err = s->tests_out = -1;
        s->leaf = s->tests_leaf = cgroup_no_leaf;
        s->pidfd.ready = zygote_died;
        s->control.ready = control_ready;
        s->job.ready = job_ready;
        s->tests_job.ready = tests_ready;
        slot_start(s);
    }
    return 0;
}

void
slots_stop(void)
{
    if (box.slots == NULL)
        box.nslots = 0;
    for (size_t i = 0; i < box.nslots; i++)
        if (box.slots[i].pid > 0)
            slot_kill(&box.slots[i], "box stops");
    for (size_t i = 0; i < box.nslots; i++) {
        struct slot *s = &box.slots[i];
        siginfo_t info;
        if (s->pid > 0 &&
            waitid(P_PIDFD, (id_t)s->pidfd.fd, &info, WEXITED) != 0)
            note_errno("zygote lost", "slot=%zu", i);
        source_close(&s->pidfd);
        free(s->command);
        cgroup_leaf_close(&box.cgroup, i, &s->leaf);
        if (s->kind->tests)
            cgroup_leaf_close(&box.cgroup, i, &s->tests_leaf);
    }
    cgroup_close(&box.cgroup);
}

bool
slots_ready(void)
{
    for (size_t i = 0; i < box.nkinds; i++) {
        size_t k = 0;
        while (k < box.nslots && (box.slots[k].kind != &box.kinds[i] ||
                                  box.slots[k].state != SLOT_IDLE))
            k++;
        if (box.kinds[i].file >= 0 && k == box.nslots)
            return false;
    }
    return true;
}

bool
slots_broken(void)
{
    for (size_t i = 0; i < box.nslots; i++)
        if (box.slots[i].failures < FAILURES_MAX)
            return false;
    return true;
}

int64_t
slots_tick(int64_t now)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < box.nslots; i++) {
        struct slot *s = &box.slots[i];
        if (s->state == SLOT_RUNNING)
            run_tick(s, now);
        else if (now >= s->deadline && s->state == SLOT_DOWN)
            slot_start(s);
        else if (now >= s->deadline && s->state == SLOT_IDLE &&
                 s->kind->program != NULL)
            ahead_tick(s, now);
        else if (now >= s->deadline && s->state == SLOT_IDLE)
            warm_up(s, now);
        else if (now >= s->deadline)
            slot_kill(s, "too slow");
        if (s->deadline < next)
            next = s->deadline;
    }
    return next;
}
