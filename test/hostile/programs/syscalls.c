// end: exited 0
// limits: processes=16
// One probe per dangerous call: each must fail with an errno of its column.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static char area[4096];

#define P 1 /* EPERM */
#define N 2 /* ENOSYS */
#define CALL(how, ...) {#__VA_ARGS__, how, {__VA_ARGS__}}

static const struct {
    const char *name;
    int how;
    long arg[7];
} probes[] = {
    CALL(P, SYS_ptrace, PTRACE_TRACEME),
    CALL(P, SYS_ptrace, PTRACE_ATTACH, 1),
    CALL(P, SYS_mount, (long)"x", (long)"/box/w", (long)"tmpfs"),
    CALL(P, SYS_umount2, (long)"/box"),
    CALL(P, SYS_pivot_root, (long)".", (long)"."),
    CALL(P, SYS_chroot, (long)"."),
    CALL(P, SYS_fsopen, (long)"tmpfs"),
    CALL(P, SYS_open_tree, AT_FDCWD, (long)"/"),
    CALL(P, SYS_mount_setattr, AT_FDCWD, (long)"/usr"),
    CALL(P, SYS_unshare, CLONE_NEWUSER),
    CALL(P, SYS_unshare, CLONE_FILES),
    CALL(P, SYS_setns, 0, 0),
    CALL(P, SYS_clone, CLONE_NEWUSER | 17),
    CALL(P, SYS_clone, CLONE_NEWPID | 17),
    CALL(P, SYS_clone, CLONE_NEWNET | 17),
    CALL(N, SYS_clone3, (long)area, 64),
    CALL(P, SYS_bpf, 0, (long)area, 48),
    CALL(P, SYS_perf_event_open, (long)area),
    CALL(P, SYS_userfaultfd, 0),
    CALL(N, SYS_io_uring_setup, 4, (long)area),
    CALL(N, SYS_io_uring_enter, 0),
    CALL(N, SYS_io_uring_register, 0),
    CALL(P, SYS_keyctl, 0),
    CALL(P, SYS_add_key, (long)"user", (long)"x", (long)"y", 1),
    CALL(P, SYS_request_key, (long)"user"),
    CALL(P, SYS_process_vm_readv, 1),
    CALL(P, SYS_process_vm_writev, 1),
    CALL(P, SYS_kcmp, 1, 1),
    CALL(N, SYS_pidfd_open, 1, 0),
    CALL(P, SYS_pidfd_getfd, 3, 0, 0),
    CALL(N, SYS_pidfd_send_signal, 3, 9),
    CALL(P, SYS_name_to_handle_at, AT_FDCWD, (long)"/", (long)area),
    CALL(P, SYS_open_by_handle_at, AT_FDCWD, (long)area, 0),
    CALL(P, SYS_prlimit64, 1, 0, 0, (long)area),
    CALL(P, SYS_sched_setaffinity, 1, 8, (long)area),
    CALL(P, SYS_setpriority, 0, 1, 0),
    CALL(P, SYS_ioprio_set, 1, 1, 0),
    CALL(P, SYS_personality, READ_IMPLIES_EXEC),
    CALL(P, SYS_personality, ADDR_NO_RANDOMIZE),
    CALL(P, SYS_socket, AF_INET, SOCK_STREAM, 0),
    CALL(P, SYS_socket, AF_UNIX, SOCK_STREAM, 0),
    CALL(P, SYS_socket, AF_NETLINK, SOCK_RAW, 0),
    CALL(P, SYS_socket, AF_VSOCK, SOCK_STREAM, 0),
    CALL(P, SYS_socket, AF_ALG, SOCK_SEQPACKET, 0),
    CALL(P, SYS_socket, AF_PACKET, SOCK_RAW, 0),
    CALL(P, SYS_sendmsg, 0, (long)area),
    CALL(P, SYS_recvmsg, 0, (long)area),
    CALL(P, SYS_shmget, 0, 4096, 01600),
    CALL(P, SYS_semget, 0, 1, 01600),
    CALL(P, SYS_msgget, 0, 01600),
    CALL(P, SYS_mq_open, (long)"q", O_CREAT | O_RDWR, 0600),
    CALL(P, SYS_flock, 0, 2),
    CALL(N, SYS_inotify_init1, 0),
    CALL(P, SYS_fanotify_init, 0),
    CALL(N, SYS_splice, 0),
    CALL(N, SYS_tee, 0),
    CALL(N, SYS_vmsplice, 0),
    CALL(P, SYS_modify_ldt, 0),
    CALL(P, SYS_iopl, 3),
    CALL(P, SYS_ioperm, 0, 1, 1),
    CALL(P, SYS_init_module, (long)area, 1, (long)""),
    CALL(P, SYS_finit_module, 0, (long)"", 0),
    CALL(P, SYS_kexec_load, 0),
    CALL(P, SYS_reboot, 0),
    CALL(P, SYS_swapon, (long)"x"),
    CALL(P, SYS_acct, (long)"x"),
    CALL(P, SYS_syslog, 3, (long)area, 100),
    CALL(P, SYS_quotactl, 0),
    CALL(P, SYS_sethostname, (long)"x", 1),
    CALL(P, SYS_settimeofday, (long)area, 0),
    CALL(P, SYS_clock_settime, 0, (long)area),
    CALL(P, SYS_adjtimex, (long)area),
    CALL(P, SYS_setgroups, 0, 0),
    CALL(P, SYS_capset, (long)area, (long)area),
    CALL(P, SYS_seccomp, 0),
    CALL(N, SYS_landlock_create_ruleset, 0),
    CALL(P, SYS_mlockall, 3),
    CALL(N, SYS_setxattr, (long)".", (long)"user.x", (long)"y", 1, 0),
    CALL(N, SYS_ioctl, 0, 0x5412 /* TIOCSTI */, (long)area),
    CALL(N, SYS_prctl, PR_SET_SECCOMP, 1),
    CALL(N, SYS_prctl, PR_CAPBSET_DROP, 1),
    CALL(N, SYS_prctl, PR_SET_MM, 1),
    CALL(N, SYS_fcntl, 0, F_NOTIFY, 1),
    CALL(N, SYS_fcntl, 0, F_SETLEASE, 0),
    CALL(P, SYS_sync, 0),
    CALL(P, SYS_syncfs, 0),
    CALL(N, SYS_mmap, 0, 2 << 20, PROT_READ,
         MAP_HUGETLB | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
    CALL(N, SYS_memfd_create, (long)"x", MFD_HUGETLB),
    CALL(N, SYS_sendto, 0, (long)area, 1, 0, (long)area, 110),
    CALL(N, SYS_setpriority, PRIO_USER, 0, 1),
    CALL(N, SYS_setpriority, PRIO_PGRP, 0, 1),
    CALL(N, SYS_prlimit64, 0, RLIMIT_CORE, (long)area, 0),
    /* the filter sees 64 bits, the kernel takes 32 */
    CALL(N, SYS_prlimit64, 0, RLIMIT_CORE | 1L << 32, (long)area, 0),
    CALL(N, SYS_prlimit64, 1, RLIMIT_CORE | 1L << 32, (long)area, 0),
    CALL(N, SYS_prlimit64, 1L << 32, 0, (long)area, 0),
    CALL(N, SYS_setrlimit, RLIMIT_CORE | 1L << 32, (long)area),
    CALL(P, SYS_clone, CLONE_NEWUSER | 1L << 32 | 17),
    CALL(P, SYS_socketpair, AF_INET | 1L << 32, SOCK_STREAM, 0, (long)area),
    CALL(N, SYS_ioctl, 0, 0x5412 | 1L << 32, (long)area),
    CALL(N, SYS_prctl, PR_SET_SECCOMP | 1L << 32, 1),
};

int
main(void)
{
    int bad = 0;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        const long *a = probes[i].arg;
        errno = 0;
        long rc = syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
        int want = probes[i].how == P ? EPERM : ENOSYS;
        /* the forms of an allowed call that are not allowed are ENOSYS */
        if (rc == -1 && (errno == want || errno == ENOSYS))
            continue;
        bad++;
        printf("not ok: %s: %ld %s\n", probes[i].name, rc, strerror(errno));
    }
    if (!bad)
        puts("ok");
    return 0;
}
