/* What a program cannot tell by: a node that was started ahead of it, and one
 * that was started for it.
 *
 *   compare BOX_PID compare SLOTS FILE...
 *                                each in both, with the same facts
 *   compare BOX_PID idle      box has a short -k: started ahead while in use,
 *                             under no load, and not for ever
 *   compare 0 under COMMAND…  in a container whose manager listens
 *   compare BOX_PID listened  the box there
 *   compare BOX_PID time N    how long a trivial program takes, N times in
 * turn: outside, in the box cold and started ahead
 *
 * Output is TAP.
 */
#include "test/hostile/ahead.h"

#include "grader/run.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const command[] = {"/usr/bin/node", "solution.js", NULL};
static int tests, failures, box_pid;

static void
result(bool ok, const char *name, const char *what)
{
    printf("%sok %d - %s%s%s\n", ok ? "" : "not ", ++tests, name,
           *what ? ": " : "", what);
    fflush(stdout);
    failures += !ok;
}

static void
show(const char *what, const struct run_result *r)
{
    const struct buf *const texts[] = {&r->out, &r->err};
    printf("# %s: end %d status %d cpu %lld ms memory %lld KiB\n", what,
           (int)r->end, r->status, (long long)r->cpu_ms,
           (long long)r->memory_kb);
    for (size_t i = 0; i < 2; i++) {
        char *copy = xstrndup(texts[i]->data ? texts[i]->data : "",
                              texts[i]->size < 1500 ? texts[i]->size : 1500);
        char *rest = copy, *line = NULL;
        while ((line = strsep(&rest, "\n")) != NULL)
            printf("#   %s\n", line);
        free(copy);
    }
}

static bool
run(struct run_box *b, const char *zygote, const char *const *argv,
    const char *const *env, int source, struct run_result *r)
{
    int input = run_memfd("stdin", "one\ntwo\nthree", 13);
    struct run_request q = {
        .zygote = zygote,
        .argv = argv,
        .env = env,
        .files = {{.name = "solution.js", .fd = source, .mode = 0444}},
        .nfiles = 1,
        .stdin_fd = input,
        .limits = {.cpu_ms = 20000,
                   .wall_ms = 60000,
                   .memory_kb = 1048576, /* soft: of address space, too */
                   .processes = 64,
                   .output_kb = 1024,
                   .disk_kb = 8192}};
    enum err e = run_program(b, &q, NULL, NULL, r);
    close(input);
    if (e != ERR_OK)
        printf("# %s: %s\n", zygote, err_name(e));
    return e == ERR_OK;
}

/* "(node:90) Warning": a process has a number, of any length. */
static void
hide_pid(struct buf *text)
{
    char *p = text->data != NULL ? strstr(text->data, "(node:") : NULL;
    for (; p != NULL; p = strstr(p, "(node:")) {
        p += strlen("(node:");
        size_t n = strspn(p, "0123456789");
        memmove(p, p + n, strlen(p + n) + 1);
        text->size -= n;
    }
}

static bool
same(const struct buf *a, const struct buf *b)
{
    return a->size == b->size &&
           (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

/* -- compare -- */

/* With its own CPU time counted, and not that of a start; with all its
 * memory. */
static const char *
fault(struct run_result *cold, struct run_result *warm)
{
    if (cold->end != warm->end || cold->status != warm->status)
        return "they end differently";
    if (!same(&cold->out, &warm->out))
        return "they print differently";
    hide_pid(&cold->err);
    hide_pid(&warm->err);
    if (!same(&cold->err, &warm->err))
        return "their stderr differs";
    if (warm->memory_kb < cold->memory_kb / 2)
        return "it is said to have less memory";
    return NULL;
}

/* One slot has learned this command by a run in it; then all that wait. */
static bool
learn(struct run_box *b, const char *const *argv, int source, int slots)
{
    struct run_result r;
    if (argv == command)
        return ahead_await(box_pid, 1);
    bool ran = run(b, "node", argv, NULL, source, &r);
    if (ran)
        run_result_free(&r);
    return ran && ahead_await(box_pid, slots);
}

static void
compare(struct run_box *b, const char *path, int slots)
{
    static const char *const check[] = {"/usr/bin/node", "--check",
                                        "solution.js", NULL};
    struct buf source = {0};
    struct run_result cold, warm;
    const char *base = strrchr(path, '/'), *why = NULL;
    if (buf_read_file(&source, path, 1 << 20) != 0)
        fatal("cannot read", "file=%s", path);
    int fd = run_memfd("source", source.data, source.size);
    const char *const *argv = strncmp(base, "/check_", 7) == 0 ? check
                                                               : command;
    bool ran = run(b, "exec", argv, NULL, fd, &cold);
    if (!ran) {
        result(false, base + 1, "the cold one does not run");
    } else if (!learn(b, argv, fd, slots)) {
        result(false, base + 1, "no node was started ahead");
    } else if (!run(b, "node", argv, NULL, fd, &warm)) {
        result(false, base + 1, "it does not run");
    } else {
        why = fault(&cold, &warm);
        result(why == NULL, base + 1, why != NULL ? why : "");
        if (why != NULL) {
            show("cold", &cold);
            show("warm", &warm);
        }
        run_result_free(&warm);
    }
    if (ran)
        run_result_free(&cold);
    close(fd);
    buf_free(&source);
}

/* -- commands in turn -- */

/* A node is started ahead with the arguments and variables of a job before:
 * never to be used for another's. */
static void
commands(struct run_box *b)
{
    static const char text[] =
        "console.log(process.argv.slice(2).join(), process.env.KIND);";
    static const char *const argvs[][5] = {
        {"/usr/bin/node", "solution.js", "a", NULL},
        {"/usr/bin/node", "solution.js", "a", "b", NULL},
        {"/usr/bin/node", "--stack-size=900", "solution.js", "c", NULL}};
    static const char *const envs[][2] = {{"KIND=x", NULL}, {"KIND=y", NULL}};
    static const char *const want[] = {"a x\n", "a,b y\n", "c x\n",
                                       "a y\n", "a,b x\n", "c y\n"};
    int source = run_memfd("source", text, sizeof text - 1), wrong = 0;
    for (int i = 0; i < 24; i++) {
        struct run_result r;
        if (!run(b, "node", argvs[i % 3], envs[i % 2], source, &r)) {
            wrong++;
            continue;
        }
        if (r.out.data == NULL || strcmp(r.out.data, want[i % 6]) != 0) {
            show(want[i % 6], &r);
            wrong++;
        }
        run_result_free(&r);
    }
    close(source);
    result(wrong == 0, "commands in turn: each job has its own", "");
}

/* -- idle -- */

static bool
await_none(void)
{
    for (int i = 0; i < 6000; i++) {
        if (ahead_count(box_pid) == 0)
            return true;
        poll(NULL, 0, 5);
    }
    return false;
}

static bool
hello(struct run_box *b)
{
    static const char text[] = "console.log('hello')";
    struct run_result r;
    int source = run_memfd("source", text, sizeof text - 1);
    bool ok = run(b, "node", command, NULL, source, &r);
    close(source);
    if (!ok)
        return false;
    ok = r.end == RUN_EXITED && r.status == 0 && r.out.data != NULL &&
         strcmp(r.out.data, "hello\n") == 0;
    if (!ok)
        show("hello", &r);
    run_result_free(&r);
    return ok;
}

/* In a process of its own: a program that sleeps for a second. */
static pid_t
fork_sleeper(void)
{
    static const char *const argv[] = {"/usr/bin/sleep", "1", NULL};
    pid_t pid = fork();
    if (pid == 0) {
        struct run_box *b = run_box_new();
        struct run_result r;
        int source = run_memfd("source", "", 0);
        _exit(run(b, "exec", argv, NULL, source, &r) && r.status == 0 ? 0 : 1);
    }
    return pid;
}

static bool
await_sleep(void)
{
    for (int i = 0; i < 6000; i++) {
        if (ahead_runs(box_pid, "sleep"))
            return true;
        poll(NULL, 0, 5);
    }
    return false;
}

static void
idle(struct run_box *b)
{
    int status = 0, seen = 0;
    result(ahead_count(box_pid) == 0, "nothing before the first use", "");
    result(hello(b), "the first run", "");
    result(ahead_await(box_pid, 1), "then node is started ahead", "");
    result(hello(b), "and used", "");
    result(await_none(), "let go when nobody used it for -k seconds", "");
    pid_t sleeper = fork_sleeper();
    result(await_sleep(), "another program runs", "");
    result(hello(b), "it still runs", "");
    while (waitpid(sleeper, &status, WNOHANG) == 0) {
        int n = ahead_count(box_pid);
        if (ahead_runs(box_pid, "sleep")) /* still */
            seen += n;
        poll(NULL, 0, 5);
    }
    result(status == 0 && seen == 0, "nothing is started under load", "");
    result(ahead_await(box_pid, 1), "but after it", "");
}

/* -- under -- */

/* Become a command in what looks like a container whose manager listens to
 * system calls: nobody below can listen, too. */
static int
under_listener(char **argv)
{
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_fprog filter = {1, &allow};
    int fd = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
                 ? -1
                 : (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
    if (fd < 0 || fcntl(fd, F_SETFD, 0) != 0) /* open as long as box lives */
        return 2;
    execv(argv[0], argv);
    return 127;
}

/* There node cannot wait, and everything runs all the same. */
static void
listened(struct run_box *b)
{
    int right = 0;
    for (int i = 0; i < 6; i++)
        right += hello(b);
    result(right == 6, "node runs where nothing can be started ahead", "");
}

/* -- time -- */

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Without any box, with what a program has in it: the environment (a
 * NODE_EXTRA_CA_CERTS of the host's would double the time), and a share of the
 * processors of its own (autogroup). */
static double
outside(const char *file)
{
    static const char *const env[] = {"PATH=/usr/bin:/bin", "HOME=/tmp",
                                      "LANG=C.UTF-8", NULL};
    double start = now_ms();
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        setsid();
        dup2(null, 1);
        execle(command[0], command[0], file, (char *)NULL, env);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        fatal("node does not run", "status=%d", status);
    return now_ms() - start;
}

static double
inside(struct run_box *b, const char *zygote, int source, double *cpu)
{
    struct run_result r;
    double start = now_ms();
    if (!run(b, zygote, command, NULL, source, &r) || r.status != 0)
        fatal("node does not run in the box", "zygote=%s", zygote);
    double took = now_ms() - start;
    *cpu = (double)r.cpu_ms;
    run_result_free(&r);
    return took;
}

static void
print_times(const char *name, double *ms, double *cpu, int n)
{
    qsort(ms, (size_t)n, sizeof *ms, by_size);
    qsort(cpu, (size_t)n, sizeof *cpu, by_size);
    printf("# %-8s median %.1f ms, p10 %.1f ms; cpu %.0f ms\n", name, ms[n / 2],
           ms[n / 10], cpu[n / 2]);
}

static void
measure(struct run_box *b, int n)
{
    static const char text[] = "console.log('hello')\n";
    enum {
        WAYS = 3,
        MAX = 1000
    };
    static const char *const names[WAYS] = {"outside", "cold", "ahead"};
    static double ms[WAYS][MAX], cpu[WAYS][MAX];
    int source = run_memfd("source", text, sizeof text - 1);
    char file[] = "/tmp/assay-hello.XXXXXX.js";
    int outer = mkstemps(file, 3);
    if (outer < 0 || write(outer, text, sizeof text - 1) < 0)
        fatal("cannot write", "file=%s", file);
    close(outer);
    n = n < 1 ? 1 : n > MAX ? MAX : n;
    for (int i = 0; i < n; i++) {
        ms[0][i] = outside(file);
        ms[1][i] = inside(b, "exec", source, &cpu[1][i]);
        if (!ahead_await(box_pid, 1))
            fatal("no node was started ahead", "%s", "");
        ms[2][i] = inside(b, "node", source, &cpu[2][i]);
    }
    unlink(file);
    close(source);
    for (int i = 0; i < WAYS; i++)
        print_times(names[i], ms[i], cpu[i], n);
    printf("# ahead/outside %.2f\n", ms[2][n / 2] / ms[0][n / 2]);
}

int
main(int argc, char **argv)
{
    log_open("compare");
    if (argc > 3 && strcmp(argv[2], "under") == 0)
        return under_listener(argv + 3);
    if (argc < 3 || conf_load(NULL) != 0)
        return 2;
    box_pid = atoi(argv[1]);
    struct run_box *b = run_box_new();
    if (access(command[0], X_OK) != 0) {
        printf("1..0 # SKIP no node\n");
    } else if (strcmp(argv[2], "idle") == 0) {
        idle(b);
        printf("1..%d\n", tests);
    } else if (strcmp(argv[2], "listened") == 0) {
        listened(b);
        printf("1..%d\n", tests);
    } else if (strcmp(argv[2], "time") == 0) {
        if (hello(b))
            measure(b, argc > 3 ? atoi(argv[3]) : 21);
    } else {
        result(hello(b), "hello", "");
        for (int i = 4; i < argc; i++)
            compare(b, argv[i], atoi(argv[3]));
        commands(b);
        printf("1..%d\n", tests);
    }
    run_box_free(b);
    return failures != 0;
}
