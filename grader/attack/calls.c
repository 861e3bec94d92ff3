/* System calls that a submission must not have.
 *
 * The arguments are such that a kernel that took the call would fail it (a
 * descriptor of -1, a NULL), and the errno tells who answered: the filter says
 * EPERM or ENOSYS, everything else (EFAULT, EINVAL, EBADF …) comes from behind
 * it.  A kernel without the call says ENOSYS, too, which is as good.
 */
#include "grader/attack/attack.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct call {
    const char *attack; /* its name in reports */
    const char *name;
    long number;
    long arg[3];
};

#define CALL(attack, name, a, b, c)                                            \
    {                                                                          \
        attack, #name, SYS_##name,                                             \
        {                                                                      \
            a, b, c                                                            \
        }                                                                      \
    }

static const struct call calls[] = {
    CALL("mount", mount, 0, 0, 0),
    CALL("mount", umount2, 0, 0, 0),
    CALL("mount", pivot_root, 0, 0, 0),
    CALL("mount", chroot, 0, 0, 0),
    CALL("mount", open_tree, -1, 0, 0),
    CALL("mount", move_mount, -1, 0, -1),
    CALL("mount", fsopen, 0, 0, 0),
    CALL("mount", mount_setattr, -1, 0, 0),
    CALL("namespace", unshare, CLONE_NEWUSER, 0, 0),
    CALL("namespace", unshare, CLONE_NEWNET, 0, 0),
    CALL("namespace", setns, -1, 0, 0),
    CALL("namespace", clone3, 0, 0, 0),
    CALL("trace", ptrace, PTRACE_ATTACH, -1, 0),
    CALL("trace", process_vm_readv, -1, 0, 0),
    CALL("trace", process_vm_writev, -1, 0, 0),
    CALL("trace", pidfd_open, -1, 0, 0),
    CALL("trace", pidfd_getfd, -1, -1, 0),
    CALL("trace", kcmp, -1, -1, 0),
    CALL("kernel", bpf, -1, 0, 0),
    CALL("kernel", perf_event_open, 0, -1, -1),
    CALL("kernel", userfaultfd, -1, 0, 0),
    CALL("kernel", io_uring_setup, 0, 0, 0),
    CALL("kernel", keyctl, -1, 0, 0),
    CALL("kernel", add_key, 0, 0, 0),
    CALL("kernel", init_module, 0, 0, 0),
    CALL("kernel", finit_module, -1, 0, 0),
    CALL("kernel", kexec_load, 0, -1, 0),
    CALL("kernel", open_by_handle_at, -1, 0, 0),
    CALL("kernel", name_to_handle_at, -1, 0, 0),
    CALL("kernel", syslog, -1, 0, 0),
    CALL("kernel", sethostname, 0, -1, 0),
    CALL("rights", capset, 0, 0, 0),
    CALL("rights", setgroups, -1, 0, 0),
    CALL("shared-memory", shmget, 0, 0, 0),
    CALL("shared-memory", semget, 0, -1, 0),
    CALL("shared-memory", msgget, 0, 0, 0),
    CALL("shared-memory", mq_open, 0, 0, 0),
    CALL("shared-memory", flock, -1, 0, 0),
    CALL("shared-memory", inotify_init1, -1, 0, 0),
    CALL("network", bind, -1, 0, 0),
    CALL("network", connect, -1, 0, 0),
    CALL("network", sendmsg, -1, 0, 0),
    CALL("network", recvmsg, -1, 0, 0),
};

static bool
refused(long rc)
{
    return rc == -1 && (errno == EPERM || errno == ENOSYS);
}

static int
try_sockets(void)
{
    static const struct {
        const char *name;
        int family;
    } families[] = {{"unix", AF_UNIX},     {"inet", AF_INET},
                    {"inet6", AF_INET6},   {"netlink", AF_NETLINK},
                    {"packet", AF_PACKET}, {"vsock", AF_VSOCK},
                    {"alg", AF_ALG}};
    const int n = sizeof families / sizeof families[0];
    for (int i = 0; i < n; i++) {
        errno = 0;
        if (!refused(syscall(SYS_socket, families[i].family, SOCK_DGRAM, 0)))
            hole("network", "socket of family %s: %s", families[i].name,
                 errno == 0 ? "it is there" : strerror(errno));
    }
    return n;
}

/* By clone, which is allowed as long as no namespace is asked for.  Should it
 * work after all, the child ends at once. */
static int
try_clone(void)
{
    errno = 0;
    long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    if (!refused(pid))
        hole("namespace", "clone(CLONE_NEWUSER): %s",
             pid > 0 ? "a child" : strerror(errno));
    return 1;
}

int
attack_calls(const struct attack *a)
{
    const int n = sizeof calls / sizeof calls[0];
    (void)a;
    for (int i = 0; i < n; i++) {
        const struct call *c = &calls[i];
        errno = 0;
        long rc = syscall(c->number, c->arg[0], c->arg[1], c->arg[2], 0L, 0L,
                          0L);
        if (!refused(rc))
            hole(c->attack, "%s() reaches the kernel: %s", c->name,
                 rc == -1 ? strerror(errno) : "no error");
    }
    return n + try_sockets() + try_clone();
}
