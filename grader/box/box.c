/* box: runs programs that nobody trusts, for graderd, who has no privilege.
 *
 * Theory of operation.  box is the only privileged program of Assay, and knows
 * nothing: no database, no queue, no secret, no language.  Started beside
 * graderd, it keeps `-n` slots.  A slot is a zygote (grader/zygote/), process 1
 * of its own user, pid, mount, net, ipc, uts and cgroup namespaces, under ids
 * of its own.  The zygote forks a runner ahead of time; the runner attaches
 * itself to the slot's cgroup leaf and waits.  A request from graderd (client.c
 * checks who asks, request.c what is asked) goes to an idle slot's runner,
 * which drops what rights it has and becomes the program.  box watches the
 * clocks and the kernel's counters (run.c), has the zygote kill, or kills the
 * zygote; the zygote reports how it ended when nothing else lives in the slot,
 * and makes a fresh file system and a fresh runner.
 *
 *   graderd ──RUN──► box ──job──► runner ► program     (per run)
 *                     │  ──JOB, KILL──► zygote         (per slot)
 *                     ◄──EXIT──
 *
 * One process, one epoll loop, nothing that blocks: the attachment, which does
 * on cgroup v1, is the runner's.
 */
#include "grader/box/box.h"

#include "grader/box/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct box box = {.epoll = -1,
                  .listener = {.fd = -1},
                  .signals = {.fd = -1},
                  .filter = -1,
                  .peer = (uid_t)-1,
                  .ahead_us = 300 * 1000000LL,
                  /* free of any convention: above nspawn's and subuid's */
                  .base = 1900000000};

int64_t
now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* -- notes: one line, one write -- */

static void
vnote(const char *event, const char *error, const char *fmt, va_list ap)
{
    char line[1024], rest[512];
    vsnprintf(rest, sizeof rest, fmt, ap);
    for (char *p = rest; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = '?';
    int n = snprintf(line, sizeof line, "box: %s%s%s%s%s%s\n", event,
                     *rest ? " " : "", rest, error ? " error=\"" : "",
                     error ? error : "", error ? "\"" : "");
    if (n > 0 && write(2, line, (size_t)n) < 0)
        return; /* nobody to tell */
}

void
note(const char *event, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vnote(event, NULL, fmt, ap);
    va_end(ap);
}

void
note_errno(const char *event, const char *fmt, ...)
{
    int saved = errno;
    va_list ap;
    va_start(ap, fmt);
    vnote(event, strerror(saved), fmt, ap);
    va_end(ap);
    errno = saved;
}

/* -- events -- */

int
source_watch(struct source *s, int fd)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};
    s->fd = fd;
    return epoll_ctl(box.epoll, EPOLL_CTL_ADD, fd, &e);
}

void
source_close(struct source *s)
{
    /* said aloud: a child that was just cloned may share the description, and
     * then close() alone does not end the watch */
    if (s->fd >= 0) {
        epoll_ctl(box.epoll, EPOLL_CTL_DEL, s->fd, NULL);
        close(s->fd);
    }
    s->fd = -1;
}

static void
signal_ready(struct source *s)
{
    struct signalfd_siginfo info;
    if (read(s->fd, &info, sizeof info) == sizeof info)
        box.stopping = true;
}

static void
round_of_events(void)
{
    struct epoll_event events[64];
    int64_t next = slots_tick(now_us()), wait = -1;
    if (next != INT64_MAX) {
        int64_t left = next - now_us();
        wait = left <= 0 ? 0 : left / 1000 + 1;
        if (wait > 60000)
            wait = 60000;
    }
    int n = epoll_wait(box.epoll, events, 64, (int)wait);
    for (int i = 0; i < n; i++) {
        struct source *s = events[i].data.ptr;
        if (s->fd >= 0)
            s->ready(s);
    }
    clients_dispatch();
    clients_sweep();
}

/* -- start -- */

void
box_isolation(char *text, size_t size)
{
    unsigned have = box.cgroup.serves;
    bool v2 = box.cgroup.ntrees > 0 && box.cgroup.tree[0].v2;
    /* whose files a submission then reads, if they are anywhere in /usr */
    bool groups = !box.root && getgroups(0, NULL) > 0;
    snprintf(text, size, "%s%s, %s%s%s%s%s%s, seccomp, namespaces",
             box.root ? "own ids per slot" : "one id (unprivileged)",
             groups ? ", supplementary groups KEPT" : "",
             have == 0 ? "no cgroup"
             : v2      ? "cgroup v2"
                       : "cgroup v1",
             have & CGROUP_MEMORY ? " memory" : "",
             have & CGROUP_PIDS ? " pids" : "", have & CGROUP_CPU ? " cpu" : "",
             have & CGROUP_MEMORY ? "" : ", SOFT memory limit",
             have & CGROUP_CPU ? "" : ", SOFT cpu clock");
}

static void
usage(FILE *f)
{
    fprintf(f, "usage: box [-t] [-s SOCKET] [-u USER] [-n [KIND=]SLOTS]...\n"
               "           [-Z ZYGOTE] [-U FIRST_UID] [-M HIDDEN_FOLDER]... "
               "[-R FOLDER]\n"
               "           [-k SECONDS]\n"
               "  -s  socket to listen on (default /run/assay/box.sock)\n"
               "  -u  user who may ask (default: who runs box)\n"
               "  -n  slots of each kind (exec, python3, node), one more than "
               "runs at\n"
               "      once (default 2); KIND=SLOTS: of that kind\n"
               "  -Z  program of the exec slots (default: ../zygotes/exec); "
               "those of the\n"
               "      other kinds stand beside it\n"
               "  -U  first of 3 x SLOTS user ids that are nobody's\n"
               "  -M  folder under /usr that no program may see\n"
               "  -R  folder that programs see as /assay, read-only\n"
               "  -k  how long after its last use node is started ahead of "
               "its jobs\n"
               "      (default 300; 0 never)\n"
               "  -t  try one slot, print what isolation this host gives\n");
}

/* By its own name, or a link to it would be hidden in its place. */
static void
hide(const char *folder)
{
    const char *own = realpath(folder, NULL); /* for as long as box lives */
    box.masks[box.nmasks++] = own != NULL ? own : folder;
}

/* It may be empty yet, but must be there: the folder itself is shown. */
static void
show(const char *folder)
{
    box.shown = realpath(folder, NULL);
    if (box.shown == NULL) {
        note_errno("cannot show", "folder=%s", folder);
        exit(2);
    }
}

static uid_t
uid_of(const char *user)
{
    char *end = NULL;
    unsigned long n = strtoul(user, &end, 10);
    if (*user != '\0' && *end == '\0' && n < (uid_t)-1)
        return (uid_t)n;
    const struct passwd *p = getpwnam(user);
    if (p == NULL) {
        fprintf(stderr, "box: no such user: %s\n", user);
        exit(2);
    }
    return p->pw_uid;
}

/* Ids that anybody on this host has are not nobody's. */
static int
check_ids(void)
{
    const struct passwd *p = NULL;
    uid_t end = box.base + 3 * (uid_t)box.nslots;
    int rc = 0;
    char line[256], name[128];
    unsigned long from = 0, count = 0;
    setpwent();
    while (rc == 0 && (p = getpwent()) != NULL)
        if (p->pw_uid >= box.base && p->pw_uid < end)
            rc = -1;
    endpwent();
    FILE *f = fopen("/etc/subuid", "re");
    while (f != NULL && rc == 0 && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "%127[^:]:%lu:%lu", name, &from, &count) == 3 &&
            from < end && from + count > box.base)
            rc = -1;
    if (f != NULL)
        fclose(f);
    if (rc != 0)
        fprintf(stderr,
                "box: the user ids %u to %u are somebody's "
                "(/etc/passwd or /etc/subuid): choose others by -U\n",
                (unsigned)box.base, (unsigned)end - 1);
    return rc;
}

/* Use of root's rights only what writing id maps takes.  Killing and the
 * cgroup files need none: we own the user namespaces and the files.  At the
 * end, `leaving`, what removes our names from folders that are not ours. */
static void
use_rights(bool leaving)
{
    static const cap_value_t have[] = {CAP_SETUID, CAP_SETGID,
                                       CAP_DAC_OVERRIDE};
    cap_t caps = cap_init();
    if (caps == NULL ||
        cap_set_flag(caps, CAP_PERMITTED, 3, have, CAP_SET) != 0 ||
        cap_set_flag(caps, CAP_EFFECTIVE, leaving ? 3 : 2, have, CAP_SET) !=
            0 ||
        cap_set_proc(caps) != 0) {
        note_errno("cannot set capabilities", "leaving=%d", leaving);
        if (!leaving)
            exit(2);
    }
    cap_free(caps);
}

static int
watch_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    box.signals.ready = signal_ready;
    return source_watch(&box.signals, signalfd(-1, &set, SFD_CLOEXEC));
}

static int
set_up(const char *zygote)
{
    struct rlimit files;
    box.root = geteuid() == 0;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    box.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (box.epoll < 0 || watch_signals() != 0 || kinds_open(zygote) != 0)
        return -1;
    if (box.root && check_ids() != 0)
        return -1;
    box.filter = filter_make();
    if (box.filter < 0) {
        note("cannot make the seccomp program", "%s", "");
        return -1;
    }
    cgroup_open(&box.cgroup);
    return 0;
}

/* Until a slot is ready, or none will be. */
static int
first_slot(void)
{
    while (!slots_ready() && !slots_broken() && !box.stopping)
        round_of_events();
    if (slots_ready())
        return 0;
    if (!box.stopping)
        note("no slot starts",
             "hint=\"user namespaces off? see "
             "/proc/sys/user/max_user_namespaces and the lines above\"");
    return -1;
}

int
main(int argc, char **argv)
{
    const char *path = "/run/assay/box.sock", *zygote = NULL;
    bool test = false;
    int opt = 0, rc = 2;
    char text[200], kinds[64];
    box.peer = geteuid();
    hide("/usr/share/assay");
    hide("/usr/local/share/assay");
    while ((opt = getopt(argc, argv, "s:u:n:Z:U:M:R:k:th")) != -1) {
        if (opt == 's')
            path = optarg;
        else if (opt == 'u')
            box.peer = uid_of(optarg);
        else if (opt == 'n' && kinds_slots(optarg))
            continue;
        else if (opt == 'Z')
            zygote = optarg;
        else if (opt == 'U')
            box.base = (uid_t)strtoul(optarg, NULL, 10);
        else if (opt == 'M' && box.nmasks < BOX_MASKS_MAX)
            hide(optarg);
        else if (opt == 'R')
            show(optarg);
        else if (opt == 'k')
            box.ahead_us = atol(optarg) * 1000000LL;
        else if (opt == 't')
            test = true;
        else {
            usage(opt == 'h' ? stdout : stderr);
            return opt == 'h' ? 0 : 2;
        }
    }
    if (test)
        kinds_slots("1");
    if (optind != argc || box.base < 1000) {
        usage(stderr);
        return 2;
    }
    if (set_up(zygote) != 0)
        goto out;
    if (!test && clients_listen(path) != 0)
        goto out;
    if (box.root)
        use_rights(false);
    if (slots_start() != 0 || first_slot() != 0)
        goto out;
    box_isolation(text, sizeof text);
    kinds_list(kinds, sizeof kinds);
    rc = 0;
    if (test)
        printf("%s\n", text);
    else
        note("ready", "slots=%zu zygotes=\"%s\" isolation=\"%s\"", box.nslots,
             kinds, text);
    while (!test && !box.stopping)
        round_of_events();
out:
    box.stopping = true;
    if (box.root)
        use_rights(true);
    if (box.listener.fd >= 0)
        unlink(path);
    slots_stop();
    return rc;
}
