#include "grader/zygote/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void
runner_fault(int socket, enum zygote_blame blame, const char *what)
{
    struct zygote_msg m = {.type = ZYGOTE_MSG_FAULT, .blame = blame};
    snprintf(m.text, sizeof m.text, "%s: %s", what, strerror(errno));
    send(socket, &m, sizeof m, MSG_NOSIGNAL);
    _exit(127);
}

void
runner_attach(const struct runner *r)
{
    struct zygote_msg m = {.type = ZYGOTE_MSG_ATTACHED};
    int n = r->zygote->nprocs, first = ZYGOTE_PROCS + (int)r->role * n;
    if (setsid() < 0)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "setsid");
    for (int i = 0; i < n; i++)
        if (write(first + i, "0", 1) != 1)
            runner_fault(r->socket, ZYGOTE_BLAME_HOST, "attach to cgroup");
    /* so that /proc/self/cgroup says "/", not where box lives */
    if (unshare(CLONE_NEWCGROUP) != 0)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "cgroup namespace");
    if (send(r->socket, &m, sizeof m, MSG_NOSIGNAL) != sizeof m)
        _exit(127); /* box is gone */
}

/* Point argv and envp into the text, which box has checked. */
static void
split_text(struct job *j)
{
    char *p = j->run.text;
    for (uint32_t i = 0; i < j->run.argc; i++, p += strlen(p) + 1)
        j->argv[i] = p;
    for (uint32_t i = 0; i < j->run.envc; i++, p += strlen(p) + 1)
        j->envp[i] = p;
    j->argv[j->run.argc] = j->envp[j->run.envc] = NULL;
}

/* One message into `run`, its descriptors into `fds`; how many. */
static size_t
receive(int socket, struct box_run *run, int *fds)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(BOX_FDS_MAX * sizeof(int))];
    } control;
    struct iovec iov = {run, sizeof *run};
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof control.bytes};
    size_t n = 0;
    ssize_t size = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    if (size <= 0)
        _exit(127); /* the slot comes to its end */
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    if (c != NULL && c->cmsg_type == SCM_RIGHTS) {
        n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(c), n * sizeof(int));
    }
    if ((m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        runner_fault(socket, ZYGOTE_BLAME_HOST, "the job was cut");
    return n;
}

/* Box sends each runner its own part: the tests have no stdin, and in a split
 * run the channel and the files are either's. */
static void
take_descriptors(enum zygote_role role, struct job *j, const int *fds, size_t n)
{
    bool split = (j->run.flags & BOX_SPLIT) != 0, tests = role == ROLE_TESTS;
    size_t i = 0;
    j->out = fds[i++];
    j->err = tests ? j->out : fds[i++];
    j->in = !tests && (j->run.flags & BOX_HAS_STDIN) ? fds[i++] : -1;
    j->channel = (j->run.flags & BOX_HAS_CHANNEL) && split == tests ? fds[i++]
                                                                    : -1;
    for (size_t k = 0; k < j->run.nfiles; k++)
        j->file[k] = (j->run.file[k].for_tests != 0) == tests ? fds[i++] : -1;
    if (i != n)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "descriptors of the job");
}

/* A WARM without a command leaves argc and envc alone. */
_Static_assert(sizeof(struct zygote_msg) <= offsetof(struct box_run, argc),
               "a message is shorter than a job");

bool
runner_next(const struct runner *r, struct job *j)
{
    int fds[BOX_FDS_MAX + BOX_FILES_MAX] = {0};
    j->socket = r->socket;
    j->run.argc = j->run.envc = 0;
    size_t n = receive(r->socket, &j->run, fds);
    split_text(j);
    if (j->run.type == ZYGOTE_MSG_WARM)
        return false;
    if (j->run.type != BOX_RUN)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "not a job");
    take_descriptors(r->role, j, fds, n);
    return true;
}

void
runner_receive(const struct runner *r, struct job *j, void (*warm)(void))
{
    if (runner_next(r, j))
        return;
    if (warm != NULL)
        warm();
    if (!runner_next(r, j))
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "not a job");
}

static void
copy_file(const struct job *j, size_t i)
{
    const struct box_file *f = &j->run.file[i];
    struct stat st;
    off_t at = 0; /* an offset of our own: the memfd's is shared */
    int to = open(f->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  0600);
    if (to < 0 || fstat(j->file[i], &st) != 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, f->name);
    while (at < st.st_size) {
        ssize_t n = sendfile(to, j->file[i], &at, (size_t)(st.st_size - at));
        if (n <= 0)
            runner_fault(j->socket, ZYGOTE_BLAME_REQUEST, f->name);
    }
    if (fchmod(to, (mode_t)f->mode) != 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, f->name);
    close(to);
}

void
runner_files(const struct job *j)
{
    enum {
        INODES_MIN = 64,
        INODES_MAX = 16384
    };
    char options[64];
    int64_t kb = j->run.limits.disk_kb, inodes = INODES_MIN + kb / 4;
    snprintf(options, sizeof options, "size=%lldk,nr_inodes=%lld",
             (long long)kb,
             (long long)(inodes > INODES_MAX ? INODES_MAX : inodes));
    if (mount(NULL, "/box", NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV, options) !=
            0 ||
        chdir("/box/w") != 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "working directory");
    for (size_t i = 0; i < j->run.nfiles; i++)
        if (j->file[i] >= 0 &&
            (strncmp(j->argv[0], "./", 2) != 0 ||
             strcmp(j->run.file[i].name, j->argv[0] + 2) != 0))
            copy_file(j, i);
}

/* Standard input through a new open file: offset 0, read-only, whoever else
 * has the memfd. */
int
runner_input(const struct job *j)
{
    char path[32] = "/dev/null";
    if (j->in >= 0)
        snprintf(path, sizeof path, "/proc/self/fd/%d", j->in);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "standard input");
    return fd;
}

void
runner_descriptors(const struct job *j)
{
    enum {
        CHANNEL = 3
    };
    int in = runner_input(j);
    if (dup2(in, 0) < 0 || dup2(j->out, 1) < 0 || dup2(j->err, 2) < 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "standard descriptors");
    if (j->channel < 0)
        close(CHANNEL);
    else if (dup2(j->channel, CHANNEL) < 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "channel");
    if (close_range(j->channel < 0 ? CHANNEL : CHANNEL + 1, ~0U,
                    CLOSE_RANGE_CLOEXEC) != 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "close_range");
}

/* Never above what we were given: a host may have no CAP_SYS_RESOURCE. */
static void
limit(const struct job *j, pid_t pid, __rlimit_resource_t what, int64_t value)
{
    struct rlimit have, want = {(rlim_t)value, (rlim_t)value};
    if (prlimit(pid, what, NULL, &have) == 0 && have.rlim_max < want.rlim_max)
        want.rlim_cur = want.rlim_max = have.rlim_max;
    if (prlimit(pid, what, &want, NULL) != 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "setrlimit");
}

/* What a process has used of its CPU time, in whole seconds and above. */
static int64_t
seconds_used(const struct job *j, pid_t pid)
{
    struct timespec t;
    clockid_t clock = 0;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "clock of the program");
    return t.tv_sec + 1;
}

void
runner_limits(const struct runner *r, const struct job *j)
{
    runner_limits_of(r, j, 0);
}

void
runner_limits_of(const struct runner *r, const struct job *j, pid_t pid)
{
    enum {
        FILES = 256
    };
    const int64_t mb = 1 << 20;
    const unsigned mode = r->zygote->mode;
    const struct box_limits *l = r->role == ROLE_TESTS ? &j->run.tests
                                                       : &j->run.limits;
    int64_t memory = l->memory_kb * 1024, stack = memory;
    int64_t file = l->output_kb > l->disk_kb ? l->output_kb : l->disk_kb;
    if (stack > 64 * mb)
        stack = 64 * mb;
    /* threads get as much each, of an address space that is limited there */
    if (stack < 8 * mb || (mode & ZYGOTE_SOFT_MEM) != 0)
        stack = 8 * mb;
    /* a second fence; box's clock is the first.  soft = hard: SIGKILL, which
     * cannot be ignored */
    limit(j, pid, RLIMIT_CPU,
          (l->cpu_ms * 5 / 4 + 100) / 1000 + 2 +
              (pid != 0 ? seconds_used(j, pid) : 0));
    limit(j, pid, RLIMIT_FSIZE, file * 1024);
    limit(j, pid, RLIMIT_STACK, stack);
    /* not 0: with that the kernel still starts the host's crash reporter, if
     * core_pattern names one; 1 stands for "neither" (core(5)) */
    limit(j, pid, RLIMIT_CORE, 1);
    limit(j, pid, RLIMIT_NOFILE, FILES);
    limit(j, pid, RLIMIT_MEMLOCK, mb / 16);
    limit(j, pid, RLIMIT_MSGQUEUE, 0);
    limit(j, pid, RLIMIT_NICE, 0);
    limit(j, pid, RLIMIT_RTPRIO, 0);
    /* counted per user of this user namespace: the slot's own, and with one id
     * the zygote and the other runner are among them */
    limit(j, pid, RLIMIT_NPROC,
          l->processes + ((mode & ZYGOTE_ONE_ID) != 0 ? 2 : 0));
    /* Without a memory cgroup box watches what is resident; address space is
     * only the last fence (it says little, and JVMs reserve a lot). */
    if (mode & ZYGOTE_SOFT_MEM)
        limit(j, pid, RLIMIT_AS,
              2 * memory + 64 * mb + r->zygote->reserves * 1024);
}

static void
drop_capabilities(int socket)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}, {0}};
    if (syscall(SYS_capset, &header, none) != 0)
        runner_fault(socket, ZYGOTE_BLAME_HOST, "capset");
}

/* The role's id inside the slot. */
static uid_t
own_id(const struct runner *r)
{
    if (r->zygote->mode & ZYGOTE_ONE_ID)
        return 0;
    return r->role == ROLE_TESTS ? ZYGOTE_UID_TESTS : ZYGOTE_UID_SUBMISSION;
}

static void
check_dropped(const struct runner *runner)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct have[2];
    uid_t want = own_id(runner);
    uid_t r = 1, e = 1, s = 1;
    errno = EPERM;
    if (syscall(SYS_capget, &header, have) != 0 || have[0].effective ||
        have[0].permitted || have[1].effective || have[1].permitted ||
        getresuid(&r, &e, &s) != 0 || r != want || e != want || s != want)
        runner_fault(runner->socket, ZYGOTE_BLAME_HOST,
                     "rights are still there");
}

void
runner_confine(const struct runner *r)
{
    const int socket = r->socket;
    const uid_t id = own_id(r);
    if (id != 0 && (setgroups(0, NULL) != 0 || setresgid(id, id, id) != 0 ||
                    setresuid(id, id, id) != 0))
        runner_fault(socket, ZYGOTE_BLAME_HOST, "setresuid");
    drop_capabilities(socket);
    check_dropped(r);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(022);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &r->zygote->filter) !=
            0)
        runner_fault(socket, ZYGOTE_BLAME_HOST, "seccomp");
}
