/* The near-limit rule (grader/judge_rerun.h) with real runs in a real box.
 *
 *     rerun twice|paused|dies|stopped
 *
 * (box: $ASSAY_BOX_SOCKET, files: $ASSAY_SHARE_DIR, what processes share:
 * $ASSAY_RUN_DIR, which is to be new).  Status 0 when all is as it should be;
 * else it says what is not.
 *
 * The program that is run uses up CPU time by its own CPU clock, and says when
 * it ran; no clock is made up here.
 */
#include "core/language.h"
#include "grader/judge_program.h"
#include "grader/judge_rerun.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LIMIT_MS = 100, /* so it is killed at 225 ms */
    DEADLINE_MS = 60000
};

static const char near_ms[] = "150";

/* Uses argv[1] ms of CPU time; says when it began and ended, and how many
 * bytes it read. */
static const char burn[] =
    "#include <stdio.h>\n"
    "#include <stdlib.h>\n"
    "#include <time.h>\n"
    "static long long now(int clock) {\n"
    "    struct timespec t;\n"
    "    clock_gettime(clock, &t);\n"
    "    return t.tv_sec * 1000000000LL + t.tv_nsec;\n"
    "}\n"
    "int main(int argc, char **argv) {\n"
    "    long long begin = now(CLOCK_MONOTONIC), n = 0;\n"
    "    while (getchar() != EOF)\n"
    "        n++;\n"
    "    while (now(CLOCK_PROCESS_CPUTIME_ID) < atoll(argv[1]) * 1000000)\n"
    "        ;\n"
    "    printf(\"%lld %lld %lld\\n\", begin, now(CLOCK_MONOTONIC), n);\n"
    "    return 0;\n"
    "}\n";

#define CHECK(what)                                                            \
    do {                                                                       \
        if (!(what)) {                                                         \
            printf("line %d: not so: %s\n", __LINE__, #what);                  \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

/* What parent and child share. */
struct shared {
    _Atomic int stop, ready;
    _Atomic int count;
    struct {
        long long begin, end;
    } run[10000];
};

/* One run and what was seen of it. */
struct trial {
    const char *argv[3];
    int again;             /* calls */
    bool refuse;           /* again says no */
    const char *then;      /* argument of the second run; NULL: the same */
    int ticks;             /* of the watch, while waiting */
    int (*on_tick)(int n); /* 0: stop */
    struct run_result r;
    long long begin, end, read;
};

static struct language *language;
static struct run_box *box;
static struct program program;
static struct shared *shared;

static void
make_program(void)
{
    char *dir = xasprintf("%s/languages", conf()->share_dir);
    struct buf words = {0};
    size_t n = 0;

    CHECK(language_load(dir, "c", &language, &n) == ERR_OK && n == 1);
    box = run_box_new();
    CHECK(program_make(box, language, burn, sizeof burn - 1, NULL, NULL,
                       &program, &words) == ERR_OK);
    CHECK(program.fd != -1);
    buf_free(&words);
    free(dir);
}

static bool
again(void *cookie)
{
    struct trial *t = cookie;

    t->again++;
    if (t->then != NULL)
        t->argv[1] = t->then;
    return !t->refuse;
}

static bool
watch(void *cookie, const char *data, size_t size)
{
    struct trial *t = cookie;

    (void)data;
    CHECK(size == 0);
    t->ticks++;
    return t->on_tick == NULL || t->on_tick(t->ticks) != 0;
}

/* Run it for `ms`, as a submission's test or as something else. */
static enum err
run(struct trial *t, const char *ms, bool test, rerun_again *hook)
{
    struct run_request q = {
        .argv = t->argv,
        .files = {{.name = program.name, .fd = program.fd, .mode = 0555}},
        .nfiles = 1,
        .stdin_fd = run_memfd("input", "12345", 5),
        .limits = {.cpu_ms = LIMIT_MS,
                   .wall_ms = 10000,
                   .memory_kb = 65536,
                   .processes = 4,
                   .output_kb = 64,
                   .disk_kb = 1024},
    };
    enum err e;

    t->argv[0] = program.argv[0];
    t->argv[1] = ms;
    e = test ? rerun_if_near(box, &q, watch, hook, t, &t->r)
             : rerun_never(box, &q, watch, t, &t->r);
    close(q.stdin_fd);
    t->begin = t->end = t->read = -1;
    if (t->r.out.data != NULL)
        CHECK(sscanf(t->r.out.data, "%lld %lld %lld", &t->begin, &t->end,
                     &t->read) == 3);
    run_result_free(&t->r);
    return e;
}

/* -- twice: which runs are repeated, and what the budget does -- */

static void
quick_runs(int n)
{
    for (int i = 0; i < n; i++) {
        struct trial t = {0};
        CHECK(run(&t, "0", true, again) == ERR_OK);
        CHECK(t.r.end == RUN_EXITED && t.again == 0);
    }
}

/* Until the share of time allows it; near runs come through it, too. */
static int
near_until_again(const char *then, struct trial *t)
{
    int64_t end = clock_ms() + DEADLINE_MS;
    int n = 0;

    do {
        CHECK(clock_ms() < end);
        *t = (struct trial){.then = then};
        CHECK(run(t, near_ms, true, again) == ERR_OK);
        n++;
    } while (t->again == 0);
    return n;
}

static void
twice(void)
{
    struct trial t = {0};
    int n = 0;

    /* one in advance: run twice, with all of its input */
    CHECK(run(&t, near_ms, true, again) == ERR_OK);
    CHECK(t.again == 1 && t.read == 5);
    CHECK(t.r.end == RUN_CPU && t.r.cpu_ms >= 150 && t.r.cpu_ms < 225);
    /* and not the next */
    t = (struct trial){0};
    CHECK(run(&t, near_ms, true, again) == ERR_OK);
    CHECK(t.again == 0 && t.r.end == RUN_CPU);
    /* an endless loop never */
    quick_runs(40);
    t = (struct trial){0};
    CHECK(run(&t, "1000000", true, again) == ERR_OK);
    CHECK(t.again == 0 && t.r.end == RUN_CPU && t.r.cpu_ms >= 225);
    /* nor a compiler or checker */
    t = (struct trial){0};
    CHECK(run(&t, near_ms, false, NULL) == ERR_OK);
    CHECK(t.again == 0 && t.r.end == RUN_CPU);
    /* the second result is the one that counts */
    near_until_again("0", &t);
    CHECK(t.r.end == RUN_EXITED && t.r.status == 0 && t.r.cpu_ms < LIMIT_MS);
    /* when what was saved is spent, one in twenty is run again */
    for (int i = 0; i <= RERUN_SAVED_MAX && n < 2; i++)
        n = near_until_again("0", &t);
    CHECK(n >= 2 && n <= RERUN_SHARE);
    CHECK(near_until_again("0", &t) == RERUN_SHARE);
    /* what cannot be undone is not run again */
    quick_runs(20);
    do {
        t = (struct trial){.refuse = true};
        CHECK(run(&t, near_ms, true, again) == ERR_OK);
    } while (t.again == 0);
    CHECK(t.r.end == RUN_CPU);
}

/* -- paused: nobody else runs during the second run -- */

static pid_t
start_child(void (*child)(void))
{
    pid_t pid = fork();

    CHECK(pid != -1);
    if (pid == 0) {
        make_program();
        child();
        exit(0);
    }
    return pid;
}

static void
end_child(pid_t pid, int want_signal)
{
    int status;

    CHECK(waitpid(pid, &status, 0) == pid);
    if (want_signal != 0)
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == want_signal);
    else
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Run without a pause, and note when. */
static void
child_runs(void)
{
    while (!shared->stop && shared->count < 10000) {
        struct trial t = {0};

        CHECK(run(&t, "5", false, NULL) == ERR_OK);
        CHECK(t.end > t.begin);
        shared->run[shared->count].begin = t.begin;
        shared->run[shared->count].end = t.end;
        shared->count++;
    }
}

static void
wait_for(_Atomic int *value, int least)
{
    int64_t end = clock_ms() + DEADLINE_MS;

    while (*value < least) {
        CHECK(clock_ms() < end);
        clock_sleep(1);
    }
}

static long long first_end;

static bool
note_first(void *cookie)
{
    (void)cookie;
    first_end = clock_us() * 1000;
    return true;
}

static void
paused(void)
{
    pid_t pids[2] = {start_child(child_runs), start_child(child_runs)};
    struct trial t = {0};
    int beside = 0, before = 0, after = 0, count;

    make_program();
    wait_for(&shared->count, 10);
    CHECK(run(&t, near_ms, true, note_first) == ERR_OK);
    CHECK(first_end > 0 && t.begin > first_end);
    count = shared->count;
    wait_for(&shared->count, count + 10);
    shared->stop = 1;
    end_child(pids[0], 0);
    end_child(pids[1], 0);
    for (int i = 0; i < shared->count; i++) {
        long long begin = shared->run[i].begin, end = shared->run[i].end;

        beside += begin < t.end && end > t.begin;
        before += end < t.begin && begin > first_end - 150 * 1000000LL;
        after += begin > t.end;
    }
    printf("%d runs; %d beside the first, %d beside the second, %d after it\n",
           shared->count, before, beside, after);
    CHECK(beside == 0 && before > 0 && after > 0);
}

/* -- dies, stopped: who holds the host is no more -- */

static bool
hold_for_ever(void *cookie)
{
    (void)cookie;
    shared->ready = 1;
    for (;;)
        pause();
    return false;
}

static void
child_holds(void)
{
    struct trial t = {0};

    run(&t, near_ms, true, hold_for_ever);
    CHECK(false);
}

static pid_t holder;

static int
kill_holder(int tick)
{
    if (tick == 3)
        kill(holder, SIGKILL);
    return 1;
}

static int
stop_at_once(int tick)
{
    return tick < 1;
}

static void
dies(void)
{
    struct trial t = {.on_tick = stop_at_once};
    int64_t begun;

    holder = start_child(child_holds);
    make_program();
    wait_for(&shared->ready, 1);
    /* whose lease is lost while it waits stops */
    CHECK(run(&t, "0", false, NULL) == ERR_STALE);
    CHECK(t.ticks == 1);
    begun = clock_ms();
    t = (struct trial){.on_tick = kill_holder};
    CHECK(run(&t, "0", false, NULL) == ERR_OK);
    CHECK(t.ticks >= 3 && t.r.end == RUN_EXITED);
    CHECK(clock_ms() - begun < RERUN_GATE_MS / 2);
    end_child(holder, SIGKILL);
}

static void
stopped(void)
{
    struct trial t = {0};
    int64_t begun;

    holder = start_child(child_holds);
    make_program();
    wait_for(&shared->ready, 1);
    kill(holder, SIGSTOP);
    begun = clock_ms();
    CHECK(run(&t, "0", false, NULL) == ERR_OK && t.r.end == RUN_EXITED);
    CHECK(clock_ms() - begun >= RERUN_GATE_MS);
    CHECK(t.ticks >= RERUN_GATE_MS / 1000);
    /* once bitten */
    begun = clock_ms();
    t = (struct trial){0};
    CHECK(run(&t, "0", false, NULL) == ERR_OK && t.r.end == RUN_EXITED);
    CHECK(clock_ms() - begun < RERUN_GATE_MS / 2);
    kill(holder, SIGKILL);
    end_child(holder, SIGKILL);
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    log_open("rerun");
    CHECK(conf_load(NULL) == 0);
    setvbuf(stdout, NULL, _IONBF, 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    /* children first: they share no open file with us */
    if (strcmp(what, "twice") == 0) {
        make_program();
        twice();
    } else if (strcmp(what, "paused") == 0)
        paused();
    else if (strcmp(what, "dies") == 0)
        dies();
    else if (strcmp(what, "stopped") == 0)
        stopped();
    else
        CHECK(!"a scenario");
    return 0;
}
