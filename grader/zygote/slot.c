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
    pid_t runner;
    int work;     /* O_PATH of /box/w, from before the program ran */
    bool running; /* JOB came */
    bool over;    /* the runner is reaped */
    int status;
    int64_t ended_us;
    int64_t cpu_us; /* of all that was reaped */
    int64_t rss_kb; /* largest of all that was reaped */
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
say(const struct zygote_msg *msg, int fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec iov = {(void *)(uintptr_t)msg, sizeof *msg};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd >= 0) {
        m.msg_control = control.bytes;
        m.msg_controllen = sizeof control.bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    if (sendmsg(ZYGOTE_CONTROL, &m, MSG_NOSIGNAL) != (ssize_t)sizeof *msg)
        _exit(0); /* box is gone, and so are we and all of the slot */
}

/* -- the file system -- */

/* Owned by root of the slot, so that a program cannot rename or replace what
 * we look into afterwards. */
static void
fresh_box(const struct zygote *z, struct turn *t)
{
    static const char *const dirs[] = {"/box/w", "/box/tmp", "/box/shm"};
    uid_t owner = z->mode & ZYGOTE_ONE_ID ? 0 : ZYGOTE_UID_SUBMISSION;
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
    t->cpu_us += us;
    if (u->ru_maxrss > t->rss_kb)
        t->rss_kb = u->ru_maxrss;
    if (pid == t->runner && !t->over) { /* once: its number may come again */
        t->over = true;
        t->status = status;
        t->ended_us = now_us();
    }
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
            strcmp(e->d_name, "1") == 0)
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
        m.memory_kb += rss * page_kb;
        m.cpu_us += ((int64_t)user + (int64_t)sys + cuser + csys) * tick_us;
    }
    if (d != NULL)
        closedir(d);
    say(&m, -1);
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
            memcpy(t->artefact, m.text, sizeof t->artefact);
            t->artefact[sizeof t->artefact - 1] = '\0';
        } else if (n == sizeof m && m.type == ZYGOTE_MSG_KILL) {
            /* one for the last turn, which ended by itself meanwhile, is
             * not for this runner */
            if (t->running)
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
wait_for_end(const struct zygote *z, struct turn *t, int children)
{
    struct pollfd fds[2] = {{.fd = ZYGOTE_CONTROL, .events = POLLIN},
                            {.fd = children, .events = POLLIN}};
    bool count = (z->mode & ZYGOTE_USAGE) != 0;
    while (!t->over) {
        int timeout = count && t->running ? ZYGOTE_TICK_MS : -1;
        int n = poll(fds, 2, timeout);
        if (n < 0 && errno != EINTR)
            die("poll");
        if (fds[0].revents != 0)
            listen_to_box(t);
        if (fds[1].revents & POLLIN) {
            struct signalfd_siginfo info;
            if (read(children, &info, sizeof info) < 0 && errno != EAGAIN)
                die("signalfd");
            reap(t, WNOHANG);
        }
        if (count && t->running && !t->over)
            usage(t);
    }
}

static void
report(struct turn *t)
{
    struct zygote_msg m = {.type = ZYGOTE_MSG_EXIT,
                           .status = t->status,
                           .cpu_us = t->cpu_us,
                           .memory_kb = t->rss_kb,
                           .ended_us = t->ended_us};
    int artefact = -1;
    listen_to_box(t); /* the JOB of a very short run */
    if (t->artefact[0] != '\0')
        artefact = take_artefact(t);
    m.has_artefact = artefact >= 0;
    say(&m, artefact);
    if (artefact >= 0)
        close(artefact);
}

static void
turn(const struct zygote *z, zygote_runner *run, int children)
{
    struct turn t = {.runner = -1, .work = -1};
    struct zygote_msg ready = {.type = ZYGOTE_MSG_READY};
    int pair[2];
    fresh_box(z, &t);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        die("socketpair");
    t.runner = fork();
    if (t.runner < 0)
        die("fork");
    if (t.runner == 0) {
        close(pair[0]);
        run(z, pair[1]);
        _exit(127);
    }
    close(pair[1]);
    say(&ready, pair[0]);
    close(pair[0]);
    wait_for_end(z, &t, children);
    kill(-1, SIGKILL);
    reap(&t, 0);
    report(&t);
    drop_box(&t);
}

/* -- start -- */

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
zygote_main(int argc, char **argv, zygote_runner *run)
{
    struct zygote z = {0};
    sigset_t set;
    if (argc != 3 || getpid() != 1) {
        dprintf(2, "%s: started by box only\n", argv[0]);
        return 2;
    }
    z.mode = (unsigned)atoi(argv[1]);
    z.nprocs = atoi(argv[2]);
    /* with one id for all, the program must not be able to look into us */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
        prctl(PR_SET_DUMPABLE, 0) != 0 ||
        close_range(ZYGOTE_CONTROL, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        die("prctl");
    read_filter(&z);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        die("sigprocmask");
    int children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (children < 0)
        die("signalfd");
    for (;;)
        turn(&z, run, children);
}
