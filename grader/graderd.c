/* graderd: takes gradings from the queue, has the box run them, judges, stores
 * the verdict and tells the pages.
 *
 *   graderd [-c FILE] [-t]
 *
 * Theory of operation
 *
 * The parent reads the configuration and the languages, asks every language
 * for its version (the build, under which verdicts are kept), and forks: one
 * worker per token (grader/worker.c) and one janitor (grader/janitor.c).
 * Every one of them is single-threaded and blocking, with its own connection
 * to PostgreSQL, Redis and the box, made when first needed and again after it
 * was lost; so graderd starts in any order with them and survives them.
 * What the workers share is what the self-attack found (grader/selfattack.h),
 * and counters, in memory that the parent maps.
 *
 * One more child compiles headers ahead (grader/prepare.c), and ends.
 *
 * The parent holds no connection and does nothing that could fail: it waits.
 * A child that dies is started again, later each time if it dies young.  When
 * the parent dies, the kernel kills the children (PDEATHSIG, SIGKILL: a
 * graderd is alive or dead, never half), the box sees their connections close
 * and kills what they ran, and their leases end.  SIGTERM is passed on: a
 * worker finishes its grading within drain_seconds or hands it back; whoever
 * is left after that is killed.
 *
 * Exit status: 0 stopped, or -t found all well; 1 no language works, or -t
 * found a hole in the box; 2 fatal; 64 usage; 78 configuration.
 */
#include "grader/attack_set.h"
#include "grader/janitor.h"
#include "grader/offer.h"
#include "grader/prepare.h"
#include "grader/probe.h"
#include "grader/run.h"
#include "grader/worker.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/secret.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    JANITOR = -1, /* its slot */
    YOUNG_MS = 10000,
    AGAIN_MIN_MS = 250,
    AGAIN_MAX_MS = 3000, /* a grading waits so long for a new worker */
    KILL_AFTER_MS = 3000 /* beyond drain_seconds */
};

struct child {
    int slot;  /* or JANITOR */
    pid_t pid; /* 0: not running */
    int64_t started_at;
    int64_t again_at; /* clock_ms() at which to start it */
    int64_t again_ms; /* the wait after the next early death */
};

struct parent {
    struct worker_setup setup;
    struct language *languages;
    size_t nfound; /* languages that this host has */
    struct child *children;
    size_t nchildren;
    pid_t preparer;  /* compiles headers ahead, and ends; 0: none */
    sigset_t waited; /* the signals that the parent waits for */
};

/* One per core that we may use. */
static int
count_tokens(void)
{
    cpu_set_t cores;
    if (conf()->tokens > 0)
        return (int)conf()->tokens;
    if (sched_getaffinity(0, sizeof cores, &cores) == 0)
        return CPU_COUNT(&cores);
    return 1;
}

/* Read the languages, and find out which of them this host has. */
static bool
find_languages(struct parent *p)
{
    char *dir = xasprintf("%s/languages", conf()->share_dir);
    size_t n = 0;
    enum err e = language_load(dir, conf()->languages, &p->languages, &n);
    free(dir);
    if (e != ERR_OK)
        return false;
    probe_languages(p->languages, n);
    p->setup = (struct worker_setup){
        .languages = p->languages, .nlanguages = n, .tokens = count_tokens()};
    for (size_t i = 0; i < n; i++)
        p->nfound += p->languages[i].build[0] != '\0';
    return true;
}

static void
print_hole(void *cookie, const char *hole)
{
    (void)cookie;
    printf("self-attack: HOLE %s\n", hole);
}

static bool
always(void)
{
    return true;
}

/* False: a hole. */
static bool
describe_attack(const struct parent *p, struct run_box *box)
{
    struct attack_report r;
    enum err e = attack_box(box, p->languages, p->setup.nlanguages, always, &r);
    bool sound = r.nholes == 0;

    attack_report_each(&r, print_hole, NULL);
    if (e != ERR_OK)
        printf("self-attack: not finished, the box is away or busy\n");
    else if (sound)
        printf("self-attack: passed, %d attacks in %lld ms\n", r.attacks,
               (long long)r.ms);
    attack_report_free(&r);
    return sound;
}

/* -t: what would we run with? */
static int
describe(const struct parent *p)
{
    char *isolation = NULL;
    struct run_box *box = run_box_new();

    conf_print(stdout, false);
    for (size_t i = 0; i < p->setup.nlanguages; i++) {
        const struct language *l = &p->languages[i];
        bool works = true;

        if (offer_language(box, l, &works) == ERR_OK && !works &&
            l->build[0] != '\0')
            printf("language %s: does not work in this box: %s\n", l->id,
                   l->build);
        else
            printf("language %s: %s\n", l->id,
                   l->build[0] ? l->build : "not installed");
    }
    printf("tokens: %d\n", p->setup.tokens);
    if (run_describe(box, &isolation) == ERR_OK)
        printf("isolation: %s\n", isolation);
    else
        printf("isolation: unknown, the box does not answer\n");
    free(isolation);
    bool sound = describe_attack(p, box);
    run_box_free(box);
    return p->nfound > 0 && sound ? 0 : 1;
}

/* In the child: become a worker or the janitor. */
static void __attribute__((noreturn))
become(const struct parent *p, int slot, pid_t parent)
{
    char name[16] = "graderd:janitor";
    if (slot != JANITOR)
        snprintf(name, sizeof name, "graderd:%d", slot);
    prctl(PR_SET_NAME, name);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before the line above */
        _exit(0);
    worker_signals();
    sigprocmask(SIG_UNBLOCK, &p->waited, NULL);
    if (slot == JANITOR)
        exit(janitor_main(&p->setup));
    exit(worker_main(&p->setup, slot));
}

static void
start(const struct parent *p, struct child *c)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become(p, c->slot, parent);
    c->started_at = clock_ms();
    c->again_at = c->started_at + AGAIN_MAX_MS;
    if (pid < 0)
        log_errno("cannot fork", "slot=%d", c->slot);
    else
        c->pid = pid;
}

static void
start_due(struct parent *p)
{
    for (size_t i = 0; i < p->nchildren; i++)
        if (p->children[i].pid == 0 && clock_ms() >= p->children[i].again_at)
            start(p, &p->children[i]);
}

/* Note the dead; the number of the living. */
static size_t
reap(struct parent *p)
{
    int status = 0;
    size_t living = 0;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid == p->preparer)
            p->preparer = 0;
        for (size_t i = 0; i < p->nchildren; i++) {
            struct child *c = &p->children[i];
            if (c->pid != pid)
                continue;
            int64_t now = clock_ms();
            if (now - c->started_at >= YOUNG_MS)
                c->again_ms = AGAIN_MIN_MS;
            c->pid = 0;
            c->again_at = now + c->again_ms;
            c->again_ms *= 2;
            if (c->again_ms > AGAIN_MAX_MS)
                c->again_ms = AGAIN_MAX_MS;
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
                log_warn("child died", "slot=%d status=%d signal=%d", c->slot,
                         WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                         WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        }
    }
    for (size_t i = 0; i < p->nchildren; i++)
        living += p->children[i].pid != 0;
    return living;
}

/* Beside all else, and behind it: gradings go on meanwhile, only slower.  It
 * has a process group of its own, so that a compiler ends with it. */
static void
start_preparer(struct parent *p)
{
    pid_t parent = getpid(), pid;

    if (conf()->precompile == 0)
        return;
    pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        prctl(PR_SET_NAME, "graderd:prepare");
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(0);
        sigprocmask(SIG_UNBLOCK, &p->waited, NULL);
        if (nice(19) == -1)
            log_errno("cannot step back", "%s", "");
        prepare_languages(p->languages, p->setup.nlanguages);
        exit(0);
    }
    if (pid < 0) {
        log_errno("cannot fork", "%s", "for headers");
        return;
    }
    setpgid(pid, pid); /* whoever of us is first */
    p->preparer = pid;
}

static void
stop_preparer(const struct parent *p)
{
    if (p->preparer > 0)
        kill(-p->preparer, SIGKILL);
}

static void
signal_all(const struct parent *p, int sig)
{
    for (size_t i = 0; i < p->nchildren; i++)
        if (p->children[i].pid != 0)
            kill(p->children[i].pid, sig);
}

/* Wait for a signal, at most `ms`; its number, or -1. */
static int
wait_signal(const struct parent *p, int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    return sigtimedwait(&p->waited, NULL, &t);
}

static int
supervise(struct parent *p)
{
    for (;;) {
        start_due(p);
        int sig = wait_signal(p, AGAIN_MIN_MS);
        if (sig == SIGTERM || sig == SIGINT || sig == SIGHUP)
            break;
        reap(p);
    }
    log_info("stopping", "drain_seconds=%lld",
             (long long)conf()->drain_seconds);
    stop_preparer(p);
    signal_all(p, SIGTERM);
    int64_t end = clock_ms() + conf()->drain_seconds * 1000 + KILL_AFTER_MS;
    while (reap(p) > 0 && clock_ms() < end)
        wait_signal(p, AGAIN_MIN_MS);
    if (reap(p) > 0) {
        log_warn("killing what does not stop", "after_ms=%d", KILL_AFTER_MS);
        signal_all(p, SIGKILL);
    }
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        continue;
    log_info("stopped", "%s", "");
    return 0;
}

static int
run(struct parent *p)
{
    if (p->nfound == 0) {
        log_warn("no language works here", "dir=%s/languages",
                 conf()->share_dir);
        return 1;
    }
    p->setup.selfattack = selfattack_new(p->languages, p->setup.nlanguages,
                                         p->setup.tokens);
    p->nchildren = (size_t)p->setup.tokens + 1;
    p->children = xcalloc(p->nchildren, sizeof *p->children);
    for (size_t i = 0; i < p->nchildren; i++)
        p->children[i] = (struct child){.slot = (int)i - 1,
                                        .again_ms = AGAIN_MIN_MS};
    sigemptyset(&p->waited);
    sigaddset(&p->waited, SIGTERM);
    sigaddset(&p->waited, SIGINT);
    sigaddset(&p->waited, SIGHUP);
    sigaddset(&p->waited, SIGCHLD);
    /* blocked and waited for, so that none comes between look and sleep */
    sigprocmask(SIG_BLOCK, &p->waited, NULL);
    start_preparer(p);
    return supervise(p);
}

int
main(int argc, char **argv)
{
    const char *file = NULL;
    bool test = false;
    struct parent p = {0};

    for (int opt; (opt = getopt(argc, argv, "c:t")) != -1;) {
        if (opt == 'c') {
            file = optarg;
        } else if (opt == 't') {
            test = true;
        } else {
            fprintf(stderr, "usage: graderd [-c FILE] [-t]\n");
            return 64;
        }
    }
    log_open("graderd");
    if (conf_load(file) != 0)
        return 78;
    secret_init();
    if (!find_languages(&p))
        return 78;
    int status = test ? describe(&p) : run(&p);
    language_free(p.languages, p.setup.nlanguages);
    free(p.children);
    return status;
}
