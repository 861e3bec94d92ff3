/* The node zygote: executes node as the exec zygote would, or ahead of its job.
 *
 * Node cannot be forked once V8 has its threads, and its start is most of what
 * a short program costs.  So at WARM the runner becomes node with everything
 * that a program is denied already denied, and node stops in ahead.cjs, before
 * it looks for the program.  It can be given nothing then: it has no socket,
 * and could not receive a descriptor.  It stops in a system call (TRAP), which
 * a seccomp filter of its own hands to the supplier, another child of the
 * slot's root, not confined, who
 *
 *   receives the job, makes room and files in the working directory (in which
 *   nothing hostile has run yet), lowers node's limits, puts the job's stdin,
 *   stdout and stderr in the place of 0, 1 and 2 (SECCOMP_IOCTL_NOTIF_ADDFD),
 *   lets the call return, and ends.
 *
 * With the supplier ends the listener, and with that the trap: the call does
 * not exist any more (ENOSYS) for the program.
 */
#include "grader/zygote/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define AHEAD "/box/ahead.cjs"

enum {
    TRAP = 1000 /* fchown of it; above any descriptor (RLIMIT_NOFILE) */
};

extern const char
    ahead_text[] __asm__("_binary_grader_zygote_node_ahead_cjs_start");
extern const char
    ahead_end[] __asm__("_binary_grader_zygote_node_ahead_cjs_end");

/* -- the supplier -- */

static void
say(const struct runner *r, enum zygote_type type)
{
    const struct zygote_msg m = {.type = type};
    if (send(r->socket, &m, sizeof m, MSG_NOSIGNAL) != sizeof m)
        _exit(127); /* box is gone */
}

/* Wait until node stops in the trap; the call's id. */
static uint64_t
await_trap(const struct runner *r, int listener)
{
    union {
        struct seccomp_notif call;
        char room[4096];
    } n;
    struct seccomp_notif_sizes sizes;
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0 ||
        sizes.seccomp_notif > sizeof n)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "seccomp notifications");
    do
        memset(&n, 0, sizeof n);
    while (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n) != 0 &&
           errno == EINTR);
    if (n.call.id == 0)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "seccomp notification");
    return n.call.id;
}

static void
give(const struct job *j, int listener, uint64_t call, int fd, unsigned place)
{
    struct seccomp_notif_addfd a = {.id = call,
                                    .flags = SECCOMP_ADDFD_FLAG_SETFD,
                                    .srcfd = (uint32_t)fd,
                                    .newfd = place};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a) != (int)place)
        runner_fault(j->socket, ZYGOTE_BLAME_HOST, "give a descriptor");
}

static void __attribute__((noreturn))
supply(const struct runner *r, pid_t node, int listener)
{
    static struct job j;
    union {
        struct seccomp_notif_resp answer;
        char room[4096];
    } a = {.room = {0}};
    uint64_t call = await_trap(r, listener);
    say(r, ZYGOTE_MSG_LOADED);
    if (!runner_next(r, &j))
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "not a job");
    runner_files(&j);
    runner_limits_of(r, &j, node);
    give(&j, listener, call, runner_input(&j), 0);
    give(&j, listener, call, j.out, 1);
    give(&j, listener, call, j.err, 2);
    say(r, ZYGOTE_MSG_STARTED);
    a.answer.id = call;
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &a) != 0)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "let node go on");
    _exit(0);
}

/* Not a child of node's, whom it would surprise: an orphan, the zygote's. */
static void
fork_supplier(const struct runner *r, int listener)
{
    pid_t node = getpid(), between = fork();
    int status = 0;
    if (between == 0) {
        pid_t pid = fork();
        if (pid == 0)
            supply(r, node, listener);
        _exit(pid < 0);
    }
    if (between < 0 || waitpid(between, &status, 0) != between || status != 0)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "fork");
}

/* -- node -- */

/* The listener of a filter that is ours and all our descendants'. */
static int
set_trap(const struct runner *r)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fchown, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TRAP, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {sizeof code / sizeof code[0], code};
    int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                          SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
    if (fd < 0) /* EBUSY: we are in a container that has one already */
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "seccomp listener");
    return fd;
}

static void
write_ahead(const struct runner *r)
{
    size_t size = (uintptr_t)ahead_end - (uintptr_t)ahead_text;
    int fd = open(AHEAD, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (fd < 0 || write(fd, ahead_text, size) != (ssize_t)size)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, AHEAD);
    close(fd);
}

/* Limits of its job come with that; until then it runs nothing but node's own
 * code and ours, and limits that are lower now could not be raised again. */
static void
limits_ahead(const struct runner *r, struct job *j)
{
    j->run.limits = (struct box_limits){.cpu_ms = BOX_TIME_MAX_MS,
                                        .memory_kb = BOX_MEMORY_MAX_KB,
                                        .processes = BOX_PROCESSES_MAX,
                                        .output_kb = BOX_OUTPUT_MAX_KB,
                                        .disk_kb = BOX_DISK_MAX_KB};
    runner_limits(r, j);
}

static void __attribute__((noreturn))
execute(const struct runner *r, const struct job *j, char *const *argv)
{
    runner_confine(r);
    execve(argv[0], argv, j->envp);
    runner_fault(r->socket, ZYGOTE_BLAME_REQUEST, argv[0]);
}

static void __attribute__((noreturn))
start_ahead(const struct runner *r, struct job *j)
{
    static char option[] = "-r", file[] = AHEAD;
    char *argv[BOX_ARGS_MAX + 3] = {j->argv[0], option, file};
    for (uint32_t i = 1; i < j->run.argc; i++)
        argv[i + 2] = j->argv[i];
    write_ahead(r);
    int listener = set_trap(r);
    fork_supplier(r, listener);
    close(listener);
    j->in = j->channel = -1;
    j->out = j->err = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (j->run.argc == 0 || j->out < 0 || chdir("/box/w") != 0)
        runner_fault(r->socket, ZYGOTE_BLAME_HOST, "start ahead");
    runner_descriptors(j);
    limits_ahead(r, j);
    execute(r, j, argv);
}

static void
start(const struct runner *r)
{
    static struct job j;
    runner_attach(r);
    if (!runner_next(r, &j))
        start_ahead(r, &j);
    runner_files(&j);
    runner_descriptors(&j);
    runner_limits(r, &j);
    execute(r, &j, j.argv);
}

int
main(int argc, char **argv)
{
    static const struct zygote_kind node = {.run = {[ROLE_SUBMISSION] = start},
                                            .reserves = 1 << 20};
    return zygote_main(argc, argv, &node);
}
