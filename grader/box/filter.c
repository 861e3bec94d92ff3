/* The system calls of a submission, as a BPF program made once at start.
 *
 * An allow-list: what is not named here does not exist (ENOSYS), which is what
 * run-time systems expect of an old kernel and have a fallback for.  clone3 is
 * absent for that reason: its flags are in memory, where BPF cannot see them,
 * and glibc then uses clone.  Calls of another architecture (i386, x32) kill.
 *
 * Absent on purpose, apart from the obvious (mount, bpf, ptrace, io_uring,
 * keys, modules, clocks, SysV and POSIX queues):
 *   socket, bind, connect, listen   no network, no abstract sockets
 *   sendmsg, recvmsg                no descriptor passing: an SCM_RIGHTS bomb
 *                                   would be collected in our kernel time
 *   flock, inotify, fanotify        two slots share read-only files: a lock or
 *                                   a watch on one would be a channel
 *   splice, tee, vmsplice           nothing here needs them
 *   pidfd_*                         run-time systems fall back to pids
 */
#include "grader/box/box.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <asm/termbits.h>
#include <unistd.h>

static const char allowed[] =
    /* files */
    "read write readv writev pread64 pwrite64 preadv pwritev preadv2 "
    "pwritev2 open openat openat2 creat close close_range stat fstat lstat "
    "newfstatat statx access faccessat faccessat2 lseek truncate ftruncate "
    "fallocate fadvise64 readahead sendfile copy_file_range "
    "getdents getdents64 getcwd chdir fchdir rename "
    "renameat renameat2 mkdir mkdirat rmdir link linkat unlink unlinkat "
    "symlink symlinkat readlink readlinkat chmod fchmod fchmodat fchmodat2 "
    "chown fchown lchown fchownat umask utime utimes utimensat futimesat "
    "statfs fstatfs getxattr lgetxattr fgetxattr listxattr llistxattr "
    "flistxattr mknod mknodat dup dup2 dup3 pipe pipe2 "
    /* waiting */
    "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl "
    "epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 signalfd "
    "signalfd4 timerfd_create timerfd_settime timerfd_gettime pause "
    "nanosleep clock_nanosleep getitimer setitimer alarm timer_create "
    "timer_settime timer_gettime timer_getoverrun timer_delete sched_yield "
    "restart_syscall "
    /* memory */
    "munmap mprotect mremap msync mincore madvise brk mlock mlock2 "
    "munlock munlockall membarrier get_mempolicy pkey_alloc pkey_free "
    "pkey_mprotect "
    /* processes, threads, signals */
    "fork vfork execve execveat exit exit_group wait4 waitid kill tkill "
    "tgkill rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending "
    "rt_sigtimedwait rt_sigsuspend rt_sigqueueinfo rt_tgsigqueueinfo "
    "sigaltstack set_tid_address set_robust_list get_robust_list rseq futex "
    "futex_waitv arch_prctl getpid gettid getppid getpgrp getpgid setpgid "
    "getsid setsid getuid geteuid getgid getegid getgroups getresuid "
    "getresgid setuid setgid setreuid setregid setresuid setresgid capget "
    "getrlimit getrusage times getpriority sched_getaffinity sched_getparam "
    "sched_getscheduler sched_get_priority_max sched_get_priority_min "
    "sched_rr_get_interval getcpu "
    /* socket pairs made by socketpair() below, and the channel */
    "shutdown recvfrom getsockopt getsockname getpeername "
    /* the rest */
    "uname sysinfo gettimeofday time clock_gettime clock_getres getrandom ";

/* What zygotes and runners need, and a runner takes from itself before it
 * becomes the program (grader/zygote/runner.c, "last_calls").  To load so long
 * a program takes 0.1 ms, so a zygote does it, once for all its runners. */
static const char of_zygotes[] =
    "sendmsg recvmsg mount umount2 unshare openat2 setgroups capset seccomp ";

/* Said to be done, and not done.  Nothing that a program may write is on a
 * disk, but on a file of /usr that it may only read these make the host's disk
 * write out its cache, for everybody. */
static const char pretended[] = "fsync fdatasync sync_file_range ";

/* Known and refused: the program gets the errno that it would get from a
 * kernel that has the call and a user that may not. */
static const char refused[] =
    "socket bind connect listen accept accept4 sendmmsg "
    "recvmmsg setsockopt ptrace pivot_root chroot "
    "setns open_tree move_mount fsopen fsconfig fsmount fspick "
    "mount_setattr bpf perf_event_open userfaultfd keyctl add_key "
    "request_key kcmp process_vm_readv process_vm_writev process_madvise "
    "process_mrelease pidfd_getfd name_to_handle_at open_by_handle_at "
    "init_module finit_module delete_module kexec_load kexec_file_load "
    "reboot swapon swapoff acct quotactl syslog sethostname setdomainname "
    "settimeofday clock_settime clock_adjtime adjtimex iopl ioperm "
    "modify_ldt vhangup shmget shmat shmctl shmdt "
    "semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open "
    "mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr flock "
    "sched_setscheduler sched_setparam sched_setattr ioprio_set mlockall "
    "migrate_pages move_pages mbind set_mempolicy lookup_dcookie "
    "fanotify_init sync syncfs nfsservctl ";

/* One allowed form of a call whose arguments decide. */
struct form {
    const char *name;
    unsigned count;
    struct scmp_arg_cmp arg[2];
};

/* clang-format off */
#define EQ(n, value)     {n, SCMP_CMP_EQ, value, 0}
#define WITHOUT(n, mask) {n, SCMP_CMP_MASKED_EQ, mask, 0}
/* clang-format on */

enum {
    NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                     CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET
};

static const struct form forms[] = {
    {"clone", 1, {WITHOUT(0, NEW_NAMESPACES)}},
    {"socketpair", 1, {EQ(0, AF_UNIX)}},
    /* to the other end of the pair only: with an address it reaches any
     * datagram socket that has a name in /usr */
    {"sendto", 1, {EQ(4, 0)}},
    /* huge pages are the host's (its database's): no cgroup of ours counts
     * them */
    {"mmap", 1, {WITHOUT(3, MAP_HUGETLB)}},
    {"memfd_create", 1, {WITHOUT(1, MFD_HUGETLB)}},
    /* Oneself only: in unprivileged mode the zygote has the same uid.  To set
     * a limit: add_limits() */
    {"prlimit64", 2, {EQ(0, 0), EQ(2, 0)}},
    {"sched_setaffinity", 1, {EQ(0, 0)}},
    {"setpriority", 2, {EQ(0, PRIO_PROCESS), EQ(1, 0)}},
    {"personality", 1, {EQ(0, 0xffffffff)}},
    {"ioctl", 1, {EQ(1, TCGETS)}},
    {"ioctl", 1, {EQ(1, TIOCGWINSZ)}},
    {"ioctl", 1, {EQ(1, FIONREAD)}},
    {"ioctl", 1, {EQ(1, FIONBIO)}},
    {"ioctl", 1, {EQ(1, FIOCLEX)}},
    {"ioctl", 1, {EQ(1, FIONCLEX)}},
    /* no F_NOTIFY, F_SETLEASE: they watch files that slots share */
    {"fcntl", 1, {EQ(1, F_DUPFD)}},
    {"fcntl", 1, {EQ(1, F_DUPFD_CLOEXEC)}},
    {"fcntl", 1, {EQ(1, F_GETFD)}},
    {"fcntl", 1, {EQ(1, F_SETFD)}},
    {"fcntl", 1, {EQ(1, F_GETFL)}},
    {"fcntl", 1, {EQ(1, F_SETFL)}},
    {"fcntl", 1, {EQ(1, F_GETLK)}},
    {"fcntl", 1, {EQ(1, F_SETLK)}},
    {"fcntl", 1, {EQ(1, F_SETLKW)}},
    {"fcntl", 1, {EQ(1, F_OFD_GETLK)}},
    {"fcntl", 1, {EQ(1, F_OFD_SETLK)}},
    {"fcntl", 1, {EQ(1, F_OFD_SETLKW)}},
    {"fcntl", 1, {EQ(1, F_GETPIPE_SZ)}},
    {"fcntl", 1, {EQ(1, F_ADD_SEALS)}},
    {"fcntl", 1, {EQ(1, F_GET_SEALS)}},
    {"prctl", 1, {EQ(0, PR_SET_NAME)}},
    {"prctl", 1, {EQ(0, PR_GET_NAME)}},
    {"prctl", 1, {EQ(0, PR_SET_PDEATHSIG)}},
    {"prctl", 1, {EQ(0, PR_GET_PDEATHSIG)}},
    {"prctl", 1, {EQ(0, PR_GET_DUMPABLE)}},
    {"prctl", 1, {EQ(0, PR_SET_DUMPABLE)}},
    {"prctl", 1, {EQ(0, PR_GET_SECCOMP)}},
    {"prctl", 1, {EQ(0, PR_CAPBSET_READ)}},
    {"prctl", 1, {EQ(0, PR_GET_NO_NEW_PRIVS)}},
    {"prctl", 1, {EQ(0, PR_SET_NO_NEW_PRIVS)}},
    {"prctl", 1, {EQ(0, PR_SET_TIMERSLACK)}},
    {"prctl", 1, {EQ(0, PR_GET_TIMERSLACK)}},
    {"prctl", 1, {EQ(0, PR_SET_VMA)}},
};

/* A name that this libseccomp or this architecture lacks is no fault: such a
 * call is ENOSYS anyway. */
static int
add(scmp_filter_ctx ctx, uint32_t action, const char *name, unsigned count,
    const struct scmp_arg_cmp *args)
{
    int nr = seccomp_syscall_resolve_name(name);
    if (nr < 0)
        return 0;
    int rc = seccomp_rule_add_array(ctx, action, nr, count, args);
    if (rc != 0 && rc != -EDOM)
        note("seccomp rule refused", "call=%s errno=%d", name, -rc);
    return rc == -EDOM ? 0 : rc;
}

/* One rule for each word of a list. */
static int
add_list(scmp_filter_ctx ctx, uint32_t action, const char *list)
{
    char name[32];
    int rc = 0;
    for (const char *p = list; *p != '\0' && rc == 0;) {
        size_t n = strcspn(p, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, p);
        rc = add(ctx, action, name, 0, NULL);
        p += n + strspn(p + n, " ");
    }
    return rc;
}

/* Any limit may be lowered but RLIMIT_CORE (grader/zygote/runner.c says why).
 * Each one is named: "not equal" compares 64 bits, of which the kernel then
 * takes 32, so that 2^32 + RLIMIT_CORE would pass. */
static int
add_limits(scmp_filter_ctx ctx)
{
    int rc = 0;
    for (unsigned r = 0; r < RLIM_NLIMITS && rc == 0; r++) {
        const struct scmp_arg_cmp of_self[] = {EQ(0, 0), EQ(1, r)};
        const struct scmp_arg_cmp old[] = {EQ(0, r)};
        if (r == RLIMIT_CORE)
            continue;
        rc = add(ctx, SCMP_ACT_ALLOW, "prlimit64", 2, of_self);
        if (rc == 0)
            rc = add(ctx, SCMP_ACT_ALLOW, "setrlimit", 1, old);
    }
    return rc;
}

int
filter_make(void)
{
    int fd = -1, rc = -1;
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    if (ctx == NULL ||
        seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS))
        goto out;
    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a binary tree */
    if (add_list(ctx, SCMP_ACT_ALLOW, allowed) != 0 ||
        add_list(ctx, SCMP_ACT_ALLOW, of_zygotes) != 0 ||
        add_list(ctx, SCMP_ACT_ERRNO(0), pretended) != 0 ||
        add_list(ctx, SCMP_ACT_ERRNO(EPERM), refused) != 0 ||
        add_limits(ctx) != 0)
        goto out;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (add(ctx, SCMP_ACT_ALLOW, forms[i].name, forms[i].count,
                forms[i].arg) != 0)
            goto out;
    fd = memfd_create("box-filter", MFD_CLOEXEC);
    if (fd < 0 || seccomp_export_bpf(ctx, fd) != 0)
        goto out;
    rc = 0;
out:
    seccomp_release(ctx);
    if (rc != 0 && fd >= 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}
