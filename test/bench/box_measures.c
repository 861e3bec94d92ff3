/* The measures of bench-box: one time of each, ours and the other's. */
#include "test/bench/box.h"

#include "grader/judge_frames.h"
#include "grader/judge_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ARGS_MAX = 40
};

double
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* -- the cold commands -- */

/* Run a command (argv[0] absolute) in b->dir with a clean environment and
 * nothing to read or write. */
static double
cold_command(const struct bench *b, const char *const *argv)
{
    static const char *const env[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8",
                                      NULL};
    posix_spawn_file_actions_t files;
    double start = now_ms(), took;
    int status;
    pid_t pid;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addchdir_np(&files, b->dir);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    errno = posix_spawn(&pid, argv[0], &files, NULL,
                        (char *const *)(uintptr_t)argv,
                        (char *const *)(uintptr_t)env);
    if (errno != 0)
        bench_die("%s: %s", argv[0], strerror(errno));
    while (waitpid(pid, &status, 0) == -1)
        if (errno != EINTR)
            bench_die("%s: %s", argv[0], strerror(errno));
    took = now_ms() - start;
    posix_spawn_file_actions_destroy(&files);
    if (status != 0)
        bench_die("%s: wait status %d", argv[0], status);
    return took;
}

double
cold_unittest(struct bench *b)
{
    static const char *const argv[] = {"/usr/bin/python3", "-I",       "-m",
                                       "unittest",         "discover", NULL};

    return cold_command(b, argv);
}

double
cold_bwrap(struct bench *b)
{
    /* its cheapest way: the host's /proc, /dev and /tmp stay visible */
    static const char *const argv[] = {"/usr/bin/bwrap",
                                       "--unshare-all",
                                       "--ro-bind",
                                       "/",
                                       "/",
                                       "./true",
                                       NULL};

    return cold_command(b, argv);
}

/* The language's own command, without what was prepared for it. */
static double
cold_compiler(struct bench *b, const char *file)
{
    const struct language *l = bench_language(b, file);
    char **command = judge_argv(l, l->compile, l->source, NULL);
    const char *argv[ARGS_MAX + 1];
    size_t n = 0;
    double took;

    for (char **p = command; *p != NULL && n < ARGS_MAX; p++)
        if (strncmp(*p, "-I/assay", 8) != 0)
            argv[n++] = *p;
    argv[n] = NULL;
    took = cold_command(b, argv);
    judge_argv_free(command);
    return took;
}

double
cold_gcc(struct bench *b)
{
    return cold_compiler(b, "x.c");
}

double
cold_gpp(struct bench *b)
{
    return cold_compiler(b, "x.cpp");
}

double
cold_node(struct bench *b)
{
    const struct language *l = bench_language(b, "x.js");
    const char *const argv[] = {l->version[0], l->source, NULL};

    return cold_command(b, argv);
}

/* -- commands in the box -- */

double
static_box(struct bench *b)
{
    static const char *const argv[] = {"./true", NULL};
    const struct run_request q = {
        .argv = argv,
        .files = {{.name = "true", .fd = b->true_fd, .mode = 0555}},
        .nfiles = 1,
        .stdin_fd = -1,
        .limits = {.cpu_ms = 10000,
                   .wall_ms = 10000,
                   .memory_kb = 65536,
                   .processes = 1,
                   .output_kb = 1024,
                   .disk_kb = 1024}};
    struct run_result r;
    double start = now_ms(), took;

    if (run_program(b->box, &q, NULL, NULL, &r) != ERR_OK)
        bench_die("the box does not run commands");
    took = now_ms() - start;
    if (r.end != RUN_EXITED || r.status != 0)
        bench_die("static program: end %d, status %d", (int)r.end, r.status);
    run_result_free(&r);
    return took;
}

static double
grade(struct bench *b, const struct judge_job *job)
{
    struct judge_result r;
    double start = now_ms(), took;

    if (judge_program(b->box, job, NULL, NULL, &r) != ERR_OK)
        bench_die("%s: the box does not grade it", job->language->id);
    took = now_ms() - start;
    if (r.verdict != VERDICT_ACCEPTED)
        bench_die("%s: %s", job->language->id, r.report);
    judge_result_free(&r);
    return took;
}

/* Package hello's program.  `first`: with a comment that no other has, so that
 * nothing is known of it. */
static double
hello(struct bench *b, const char *extension, bool first)
{
    static unsigned number;
    const struct package_blob *p = bench_program(b, extension);
    struct buf code = {0};
    double took;

    buf_add(&code, p->data, p->size);
    if (first)
        buf_fmt(&code, "/* %u */\n", ++number);
    took = grade(b, &(struct judge_job){.package = b->hello,
                                        .language = bench_language(b, p->name),
                                        .code = code.data,
                                        .code_size = code.size});
    buf_free(&code);
    return took;
}

double
c_first(struct bench *b)
{
    return hello(b, "c", true);
}

double
c_again(struct bench *b)
{
    return hello(b, "c", false);
}

double
cpp_first(struct bench *b)
{
    return hello(b, "cpp", true);
}

double
cpp_again(struct bench *b)
{
    return hello(b, "cpp", false);
}

double
node_box(struct bench *b)
{
    return hello(b, "js", false);
}

/* -- unit tests in the box -- */

static struct judge_job
unittest_job(const struct bench *b, const struct package *p)
{
    return (struct judge_job){.package = p,
                              .language = bench_language(b, "x.py"),
                              .code = p->submissions[0].data,
                              .code_size = p->submissions[0].size};
}

struct run_seen {
    struct frames frames;
    double first, end; /* when */
    size_t accepted;
};

static bool
take_frame(void *cookie, const struct json *frame)
{
    struct run_seen *seen = cookie;
    const char *verdict = json_text(json_get(frame, "verdict"));

    if (verdict != NULL && strcmp(verdict, "accepted") == 0)
        seen->accepted++;
    if (json_get(frame, "end") != NULL)
        seen->end = now_ms();
    return true;
}

static bool
watch_run(void *cookie, const char *data, size_t size)
{
    struct run_seen *seen = cookie;

    if (size > 0 && seen->first == 0)
        seen->first = now_ms();
    frames_feed(&seen->frames, data, size, take_frame, seen);
    return true;
}

struct stages
bench_unittest(struct bench *b, const struct package *p)
{
    const struct judge_job job = unittest_job(b, p);
    struct judge j = {.box = b->box, .job = &job};
    const struct harness_plan *plan;
    struct run_seen seen = {0};
    struct run_result r;
    double start, end;

    if (harness_plan(&j, &plan) != ERR_OK)
        bench_die("no plan");
    start = now_ms();
    if (harness_run(&j, plan, job.code, job.code_size, watch_run, NULL, &seen,
                    &r) != ERR_OK)
        bench_die("the box does not run unit tests");
    end = now_ms();
    if (seen.accepted != plan->count || seen.end == 0 || r.end != RUN_EXITED)
        bench_die("unit tests: %zu of %zu accepted, end %d, stderr: %s",
                  seen.accepted, plan->count, (int)r.end,
                  r.err.data != NULL ? r.err.data : "");
    run_result_free(&r);
    frames_free(&seen.frames);
    return (struct stages){.first = seen.first - start,
                           .end = seen.end - start,
                           .exit = end - start};
}

/* With the report, as graderd does it. */
static double
whole(struct bench *b, const struct package *p)
{
    const struct judge_job job = unittest_job(b, p);

    return grade(b, &job);
}

double
shared_result(struct bench *b)
{
    return bench_unittest(b, b->shared).end;
}

double
shared_whole(struct bench *b)
{
    return whole(b, b->shared);
}

double
split_result(struct bench *b)
{
    return bench_unittest(b, b->split).end;
}

double
split_whole(struct bench *b)
{
    return whole(b, b->split);
}
