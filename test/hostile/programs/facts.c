// end: exited 0
// Ids, capabilities, descriptors, limits: what is left of a submission's
// rights, as facts.py.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static int bad;

static void
check(int ok, const char *what)
{
    if (!ok) {
        printf("not ok: %s\n", what);
        bad = 1;
    }
}

/* /proc/self/status, one number of a line. */
static unsigned long long
status(const char *key, int base)
{
    char line[256];
    unsigned long long n = 77;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            n = strtoull(line + strlen(key), NULL, base);
    if (f != NULL)
        fclose(f);
    return n;
}

static void
ids(void)
{
    uid_t r, e, s;
    gid_t gr, ge, gs;
    uid_t want = getuid() == 0 ? 0 : 1000; /* one id: root of nothing */
    char map[256] = "";
    int fd = open("/proc/self/uid_map", O_RDONLY);
    read(fd, map, sizeof map - 1);
    close(fd);
    int lines = 0;
    for (const char *p = map; *p; p++)
        lines += *p == '\n';
    check(getresuid(&r, &e, &s) == 0 && r == want && e == want && s == want,
          "user ids");
    check(getresgid(&gr, &ge, &gs) == 0 && gr == want && ge == want &&
              gs == want, "group ids");
    check(want == 1000 || lines == 1, "root where there are more ids");
    check(want == 0 || getgroups(0, NULL) == 0, "groups");
    check(setgroups(0, NULL) != 0, "setgroups");
    for (uid_t id = 0; id < 1003; id++) {
        if (id == want)
            continue;
        check(setuid(id) != 0 && setgid(id) != 0 && setresuid(-1, id, -1) != 0 &&
                  setreuid(id, id) != 0, "another id");
    }
    check(open("/proc/self/uid_map", O_WRONLY) < 0, "uid_map");
    check(open("/proc/self/setgroups", O_WRONLY) < 0, "/proc/self/setgroups");
}

static void
descriptors(void)
{
    for (int fd = 3; fd < 1024; fd++)
        check(fcntl(fd, F_GETFD) < 0 && write(fd, "x", 1) < 0, "a descriptor");
}

static void
limits(void)
{
    struct rlimit l;
    check(getrlimit(RLIMIT_CORE, &l) == 0 && l.rlim_cur == 1 && l.rlim_max == 1,
          "core dumps");
    l = (struct rlimit){0, 0};
    check(setrlimit(RLIMIT_CORE, &l) != 0, "the crash reporter");
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        if (i == RLIMIT_CORE || getrlimit(i, &l) != 0 ||
            l.rlim_max == RLIM_INFINITY)
            continue;
        l.rlim_max = l.rlim_cur = l.rlim_max + 1;
        check(setrlimit(i, &l) != 0, "a limit can be raised");
    }
    struct sched_param fifo = {.sched_priority = 1}, other = {0};
    check(sched_setscheduler(0, SCHED_FIFO, &fifo) != 0, "SCHED_FIFO");
    check(sched_setscheduler(0, SCHED_OTHER, &other) != 0, "scheduler");
    check(setpriority(PRIO_PROCESS, 0, -5) != 0, "nice");
    check(open("/proc/self/oom_score_adj", O_WRONLY) < 0, "oom_score_adj");
    check(open("/proc/self/coredump_filter", O_WRONLY) < 0, "coredump_filter");
    check(open("/proc/self/timerslack_ns", O_WRONLY) < 0, "timerslack_ns");
}

int
main(void)
{
    descriptors();
    static const char *const caps[] = {"CapInh:", "CapPrm:", "CapEff:",
                                       "CapBnd:", "CapAmb:"};
    for (int i = 0; i < 5; i++)
        check(status(caps[i], 16) == 0, caps[i]);
    check(status("NoNewPrivs:", 10) == 1, "no_new_privs");
    check(status("Seccomp:", 10) == 2, "seccomp");
    check(status("SigIgn:", 16) == 0 && status("SigBlk:", 16) == 0, "signals");
    check(getsid(0) == getpid(), "session");
    ids();
    limits();
    if (!bad)
        puts("ok");
    return 0;
}
