/* How a zygote begins: what it gives up, once for all runs, and what it reads.
 */
#include "grader/zygote/zygote.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the runners are never to get back, and what the zygote itself does not
 * need, since it executes nothing: done once, not for each run. */
static void
drop_for_runners(void)
{
    /* not 0: with that the kernel still starts the host's crash reporter, if
     * core_pattern names one; 1 stands for "neither" (core(5)) */
    struct rlimit core;
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
                               SECBIT_NO_SETUID_FIXUP_LOCKED |
                               SECBIT_KEEP_CAPS_LOCKED |
                               SECBIT_NO_CAP_AMBIENT_RAISE |
                               SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
        if (prctl(PR_CAPBSET_DROP, cap) != 0)
            zygote_die("bounding set");
    if (getrlimit(RLIMIT_CORE, &core) != 0)
        zygote_die("core");
    core.rlim_cur = core.rlim_max = core.rlim_max < 1 ? core.rlim_max : 1;
    if (setrlimit(RLIMIT_CORE, &core) != 0)
        zygote_die("core");
    /* root without capabilities, should one id be all that there is */
    if (prctl(PR_SET_SECUREBITS, bits) != 0)
        zygote_die("securebits");
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
        zygote_die("statm");
    close(fd);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void
read_filter(struct zygote *z)
{
    struct stat st;
    if (fstat(ZYGOTE_FILTER, &st) != 0)
        zygote_die("filter");
    size_t size = (size_t)st.st_size;
    z->filter.len = (unsigned short)(size / sizeof(struct sock_filter));
    z->filter.filter = malloc(size);
    if (z->filter.filter == NULL ||
        pread(ZYGOTE_FILTER, z->filter.filter, size, 0) != (ssize_t)size)
        zygote_die("filter");
    close(ZYGOTE_FILTER);
}

int
zygote_filter(const struct sock_fprog *filter)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter);
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
        zygote_die("prctl");
    drop_for_runners();
    read_filter(&z);
    /* process 1 takes those signals from its namespace that it has a handler
     * for, and an interpreter has some: with one id for all, a program could
     * send them.  Runners begin with none blocked. */
    sigfillset(&set);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        zygote_die("sigprocmask");
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    int children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (children < 0)
        zygote_die("signalfd");
    z.filtered = kind->filtered;
    if (z.filtered && zygote_filter(&z.filter) != 0)
        zygote_die("seccomp");
    for (;;)
        zygote_turn(&z, kind, children);
}
