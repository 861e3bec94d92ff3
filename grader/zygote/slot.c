/* The life of a slot, as its process 1.
 *
 * What a fresh namespace per run would erase is erased here: processes by
 * kill(-1), which reaches all of this pid namespace but us and cannot be
 * outrun by forking (the kernel takes its lock for the whole walk, and fork
 * looks for a pending SIGKILL under the same lock); files by unmounting the
 * only writable file system.  The rest (net, ipc, uts, keys) the program
 * cannot reach at all.
 */
#include "grader/zygote/zygote.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CHUNK = 1 << 20
};

/* One run. */
struct turn {
    const struct zygote *zygote;
    const struct zygote_kind *kind;
    struct {
        pid_t pid; /* 0: this kind has none */
        bool over; /* it is reaped */
        int status;
    } runner[ROLES];
    int work;     /* O_PATH of /box/w, from before the program ran */
    bool running; /* JOB came */
    bool split;   /* for both runners */
    int64_t ended_us;
    int64_t cpu_us; /* of all that was reaped, but the tests */
    int64_t rss_kb; /* largest of all that was reaped, but the tests */
    char artefact[BOX_NAME_MAX];
};

/* Standard error is box's until the runner replaces it. */
static void __attribute__((noreturn)) die(const char *what)
{
    dprintf(2, "box: zygote failed step=\"%s\" error=\"%s\"\n", what,
            strerror(errno));
    _exit(1);
}

static int64_t
now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
say(const struct zygote_msg *msg, const int *fds, size_t nfds)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(ROLES * sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec iov = {(void *)(uintptr_t)msg, sizeof *msg};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    if (nfds > 0) {
        m.msg_control = control.bytes;
        m.msg_controllen = CMSG_SPACE(nfds * sizeof *fds);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(nfds * sizeof *fds);
        memcpy(CMSG_DATA(c), fds, nfds * sizeof *fds);
    }
    if (sendmsg(ZYGOTE_CONTROL, &m, MSG_NOSIGNAL) != (ssize_t)sizeof *msg)
        _exit(0); /* box is gone, and so are we and all of the slot */
}

/* -- the file system -- */

/* Owned by root of the slot, so that a program cannot rename or replace what
 * we look into afterwards. */
static void
fresh_box(struct turn *t)
{
    static const char *const dirs[] = {"/box/w", "/box/tmp", "/box/shm"};
    uid_t owner = t->zygote->mode & ZYGOTE_ONE_ID ? 0 : ZYGOTE_UID_SUBMISSION;
    if (mount("box", "/box", "tmpfs", MS_NOSUID | MS_NODEV,
              "size=1m,nr_inodes=64,mode=0755") != 0)
        die("mount /box");
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
        if (mkdir(dirs[i], 0700) != 0 || chown(dirs[i], owner, owner) != 0)
            die(dirs[i]);
    t->work = open("/box/w", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (t->work < 0)
        die("open /box/w");
}

static void
drop_box(struct turn *t)
{
    close(t->work);
    if (umount2("/box", MNT_DETACH) != 0)
        die("umount /box");
}

/* -- the artefact -- */

/* By a descriptor of the folder, no link followed, nothing above it, never
 * waiting for a FIFO's other end; then copied where nobody can change it. */
static int
take_artefact(const struct turn *t)
{
    const struct open_how how = {
        .flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                   RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV};
    struct stat st;
    off_t at = 0;
    int to = -1, rc = -1;
    int from = (int)syscall(SYS_openat2, t->work, t->artefact, &how,
                            sizeof how);
    if (from < 0 || fstat(from, &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_size > (off_t)BOX_ARTEFACT_MAX_KB * 1024)
        goto out;
    to = memfd_create("artefact", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (to < 0)
        goto out;
    while (at < st.st_size)
        if (sendfile(to, from, &at, CHUNK) <= 0)
            goto out;
    rc = fcntl(to, F_ADD_SEALS,
               F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
out:
    if (from >= 0)
        close(from);
    if (rc != 0 && to >= 0) {
        close(to);
        to = -1;
    }
    return to;
}

/* -- processes -- */

static void
reaped(struct turn *t, pid_t pid, int status, const struct rusage *u)
{
    int64_t us = (u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000 +
                 u->ru_utime.tv_usec + u->ru_stime.tv_usec;
    bool tests = false;
    for (int i = 0; i < ROLES; i++) {
        /* once: its number may come again */
        if (pid == t->runner[i].pid && !t->runner[i].over) {
            t->runner[i].over = true;
            t->runner[i].status = status;
            tests = i == ROLE_TESTS;
            if (!tests || t->split)
                t->ended_us = now_us();
        }
    }
    if (tests)
        return;
    t->cpu_us += us;
    int64_t own_kb = u->ru_maxrss - t->zygote->shared_kb;
    if (own_kb > t->rss_kb)
        t->rss_kb = own_kb;
}

/* A split run ends with the tests: when the submission ends before, they see
 * the end of their link, and say what that means. */
static bool
over(const struct turn *t)
{
    bool tests = t->runner[ROLE_TESTS].over;
    if (t->running)
        return t->split ? tests : t->runner[ROLE_SUBMISSION].over;
    return tests || t->runner[ROLE_SUBMISSION].over; /* while idle */
}

/* Orphans become ours: reap them as they end, or they would count against the
 * program's processes. */
static void
reap(struct turn *t, int flags)
{
    struct rusage u;
    int status = 0;
    pid_t pid = 0;
    while ((pid = wait4(-1, &status, flags, &u)) > 0)
        reaped(t, pid, status, &u);
}

/* What is alive in the slot now: resident memory, CPU time.  Only without
 * cgroups; counts pages that processes share more than once. */
static void
usage(const struct turn *t)
{
    struct zygote_msg m = {.type = ZYGOTE_MSG_USAGE, .cpu_us = t->cpu_us};
    const long page_kb = sysconf(_SC_PAGESIZE) / 1024;
    const long tick_us = 1000000 / sysconf(_SC_CLK_TCK);
    DIR *d = opendir("/proc");
    struct dirent *e = NULL;
    while (d != NULL && (e = readdir(d)) != NULL) {
        char path[300], text[1024];
        unsigned long user = 0, sys = 0;
        long cuser = 0, csys = 0, rss = 0;
        if (strspn(e->d_name, "0123456789") != strlen(e->d_name) ||
            atoi(e->d_name) == 1 ||
            atoi(e->d_name) == t->runner[ROLE_TESTS].pid)
            continue;
        snprintf(path, sizeof path, "/proc/%s/stat", e->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
        if (fd >= 0)
            close(fd);
        if (n <= 0)
            continue;
        text[n] = '\0';
        /* the name may hold anything: fields start after its last ')' */
        const char *p = strrchr(text, ')');
        if (p == NULL ||
            sscanf(p + 1,
                   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld "
                   "%ld %*d %*d %*d %*d %*u %*u %ld",
                   &user, &sys, &cuser, &csys, &rss) != 5)
            continue;
        int64_t own_kb = rss * page_kb - t->zygote->shared_kb;
        m.memory_kb += own_kb > 0 ? own_kb : 0;
        m.cpu_us += ((int64_t)user + (int64_t)sys + cuser + csys) * tick_us;
    }
    if (d != NULL)
        closedir(d);
    say(&m, NULL, 0);
}

/* CPU time of a process of ours that may live; 0: it does not. */
static int64_t
cpu_used_us(pid_t pid)
{
    struct timespec t = {0};
    clockid_t clock = 0;
    if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 ||
        clock_gettime(clock, &t) != 0)
        return 0;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* -- a turn -- */

static void
listen_to_box(struct turn *t)
{
    struct zygote_msg m;
    ssize_t n = 0;
    while ((n = recv(ZYGOTE_CONTROL, &m, sizeof m, MSG_DONTWAIT)) > 0) {
        if (n == sizeof m && m.type == ZYGOTE_MSG_JOB) {
            t->running = true;
            t->split = m.split != 0;
            /* rehearsed, or started ahead: that is not the program's time */
            t->cpu_us -= cpu_used_us(t->runner[ROLE_SUBMISSION].pid);
            memcpy(t->artefact, m.text, sizeof t->artefact);
            t->artefact[sizeof t->artefact - 1] = '\0';
        } else if (n == sizeof m && m.type == ZYGOTE_MSG_KILL) {
            /* one for the last turn, which ended by itself meanwhile, is
             * not for this runner */
            if (t->running)
                kill(-1, SIGKILL);
        } else if (n == sizeof m && m.type == ZYGOTE_MSG_DROP) {
            kill(-1, SIGKILL);
        } else {
            die("unknown message");
        }
    }
    if (n == 0)
        _exit(0); /* box is gone */
    if (errno != EAGAIN && errno != EINTR)
        die("control");
}

static void
wait_for_end(struct turn *t, int children)
{
    struct pollfd fds[2] = {{.fd = ZYGOTE_CONTROL, .events = POLLIN},
                            {.fd = children, .events = POLLIN}};
    bool count = (t->zygote->mode & ZYGOTE_USAGE) != 0;
    while (!over(t)) {
        int timeout = count && t->running ? ZYGOTE_TICK_MS : -1;
        int n = poll(fds, 2, timeout);
        if (n < 0 && errno != EINTR)
            die("poll");
        if (fds[1].revents & POLLIN) {
            struct signalfd_siginfo info;
            if (read(children, &info, sizeof info) < 0 && errno != EAGAIN)
                die("signalfd");
            reap(t, WNOHANG);
        }
        /* always, and after reaping: JOB was sent before the job, so that a
         * runner that ended with it is never taken for an idle one */
        listen_to_box(t);
        if (count && t->running && !over(t))
            usage(t);
    }
}

/* `ended_by_us`: roles that lived until then. */
static void
report(struct turn *t, const bool *ended_by_us)
{
    struct zygote_msg m = {.type = ZYGOTE_MSG_EXIT,
                           .status = ended_by_us[ROLE_SUBMISSION]
                                         ? 0
                                         : t->runner[ROLE_SUBMISSION].status,
                           .tests_status = ended_by_us[ROLE_TESTS]
                                               ? -1
                                               : t->runner[ROLE_TESTS].status,
                           .cpu_us = t->cpu_us > 0 ? t->cpu_us : 0,
                           .memory_kb = t->rss_kb,
                           .ended_us = t->ended_us};
    int artefact = -1;
    listen_to_box(t); /* the JOB of a very short run */
    if (t->artefact[0] != '\0')
        artefact = take_artefact(t);
    m.has_artefact = artefact >= 0;
    say(&m, &artefact, artefact >= 0);
    if (artefact >= 0)
        close(artefact);
}

static void
close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

/* Fork the runner of a role.  It keeps nothing of ours but its socket and its
 * end of the link; `others` are what it must not have. */
static int
fork_runner(struct turn *t, enum zygote_role role, int link, const int *others)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        die("socketpair");
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        struct runner r = {
            .zygote = t->zygote, .role = role, .socket = pair[1], .link = link};
        close(pair[0]);
        for (; *others >= 0; others++)
            close(*others);
        t->kind->run[role](&r);
        _exit(127);
    }
    t->runner[role].pid = pid;
    close(pair[1]);
    close_fd(link);
    return pair[0];
}

static void
fork_runners(struct turn *t)
{
    struct zygote_msg ready = {.type = ZYGOTE_MSG_READY};
    int link[2] = {-1, -1}, ends[ROLES] = {-1, -1};
    size_t n = 1;
    if (t->kind->run[ROLE_TESTS] != NULL &&
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) != 0)
        die("socketpair");
    /* the submission first: nothing of the tests' is there yet */
    const int tests_end[] = {link[1], -1};
    ends[0] = fork_runner(t, ROLE_SUBMISSION, link[0], tests_end);
    if (t->kind->run[ROLE_TESTS] != NULL) {
        const int submission_end[] = {ends[0], -1};
        ends[n++] = fork_runner(t, ROLE_TESTS, link[1], submission_end);
    }
    say(&ready, ends, n);
    for (size_t i = 0; i < n; i++)
        close(ends[i]);
}

static void
turn(const struct zygote *z, const struct zygote_kind *kind, int children)
{
    struct turn t = {.zygote = z, .kind = kind, .work = -1};
    bool ended_by_us[ROLES];
    fresh_box(&t);
    fork_runners(&t);
    wait_for_end(&t, children);
    for (int i = 0; i < ROLES; i++)
        ended_by_us[i] = !t.runner[i].over;
    kill(-1, SIGKILL);
    reap(&t, 0);
    report(&t, ended_by_us);
    drop_box(&t);
}

/* -- start -- */

/* What the runners are never to get back, and what the zygote itself does not
 * need, since it executes nothing: done once, not for each run. */
static void
drop_for_runners(void)
{
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
                               SECBIT_NO_SETUID_FIXUP_LOCKED |
                               SECBIT_KEEP_CAPS_LOCKED |
                               SECBIT_NO_CAP_AMBIENT_RAISE |
                               SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
        if (prctl(PR_CAPBSET_DROP, cap) != 0)
            die("bounding set");
    /* root without capabilities, should one id be all that there is */
    if (prctl(PR_SET_SECUREBITS, bits) != 0)
        die("securebits");
}

/* What each runner has from us without having taken it. */
static int64_t
resident_kb(void)
{
    char text[128] = "";
    long size = 0, resident = 0;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 ||
        sscanf(text, "%ld %ld", &size, &resident) != 2)
        die("statm");
    close(fd);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void
read_filter(struct zygote *z)
{
    struct stat st;
    if (fstat(ZYGOTE_FILTER, &st) != 0)
        die("filter");
    size_t size = (size_t)st.st_size;
    z->filter.len = (unsigned short)(size / sizeof(struct sock_filter));
    z->filter.filter = malloc(size);
    if (z->filter.filter == NULL ||
        pread(ZYGOTE_FILTER, z->filter.filter, size, 0) != (ssize_t)size)
        die("filter");
    close(ZYGOTE_FILTER);
}

int
zygote_main(int argc, char **argv, const struct zygote_kind *kind)
{
    struct zygote z = {0};
    sigset_t set;
    if (argc != 3 || getpid() != 1) {
        dprintf(2, "%s: started by box only\n", argv[0]);
        return 2;
    }
    z.mode = (unsigned)atoi(argv[1]);
    z.nprocs = atoi(argv[2]);
    z.shared_kb = kind->in_process ? resident_kb() : 0;
    z.reserves = kind->reserves;
    /* with one id for all, the program must not be able to look into us */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
        prctl(PR_SET_DUMPABLE, 0) != 0 ||
        close_range(ZYGOTE_CONTROL, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        die("prctl");
    drop_for_runners();
    read_filter(&z);
    /* process 1 takes those signals from its namespace that it has a handler
     * for, and an interpreter has some: with one id for all, a program could
     * send them.  Runners begin with none blocked. */
    sigfillset(&set);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        die("sigprocmask");
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    int children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (children < 0)
        die("signalfd");
    for (;;)
        turn(&z, kind, children);
}
