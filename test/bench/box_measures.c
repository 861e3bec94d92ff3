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

double
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* -- the cold commands -- */

double
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
    if (harness_run(&j, plan, job.code, job.code_size, watch_run, &seen, &r) !=
        ERR_OK)
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
    struct judge_result r;
    double start = now_ms(), took;

    if (judge_program(b->box, &job, NULL, NULL, &r) != ERR_OK)
        bench_die("the box does not grade unit tests");
    took = now_ms() - start;
    if (r.verdict != VERDICT_ACCEPTED)
        bench_die("unit tests: %s", r.report);
    judge_result_free(&r);
    return took;
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
