/* What is common to all kinds: limits, ends of runs, the report. */
#include "grader/judge_internal.h"

#include "lib/conf.h"
#include "lib/log.h"
#include "lib/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    WALL_SLACK_MS = 2000,    /* a busy host is not the program's fault */
    CPU_MAX_MS = 180 * 1000, /* so that 3 x wall stays in box's bounds */
    DISK_KB = 16 * 1024,     /* of the working directory */
    TEXT_LEAST_KEEP = 256    /* of each text when a report is full */
};

void
judge_limits(const struct judge_job *job, struct run_limits *out)
{
    const struct package *p = job->package;
    int64_t cpu = (int64_t)((double)p->time_limit_ms *
                            job->language->time_factor);

    if (cpu > CPU_MAX_MS)
        cpu = CPU_MAX_MS;
    *out = (struct run_limits){
        .cpu_ms = cpu,
        .wall_ms = 3 * cpu + WALL_SLACK_MS,
        .memory_kb = p->memory_limit_kb + job->language->memory_extra_kb,
        .processes = job->language->processes,
        .output_kb = p->output_limit_kb,
        .disk_kb = DISK_KB,
    };
}

/* {source} and {artefact} in one word. */
static char *
fill_in(const char *word, const char *source, const char *artefact)
{
    struct buf b = {0};

    for (const char *p = word; *p != '\0'; p++) {
        if (strncmp(p, "{source}", 8) == 0) {
            buf_str(&b, source);
            p += 7;
        } else if (strncmp(p, "{artefact}", 10) == 0) {
            buf_str(&b, artefact);
            p += 9;
        } else
            buf_add(&b, p, 1);
    }
    return buf_take(&b, NULL);
}

char **
judge_argv(const struct language *l, char *const *command, const char *source,
           const char *const *more)
{
    char **argv = xcalloc(RUN_ARGS_MAX + 1, sizeof *argv);
    size_t n = 0;

    for (; *command != NULL && n < RUN_ARGS_MAX; command++)
        argv[n++] = fill_in(*command, source, l->artefact);
    for (; more != NULL && *more != NULL && n < RUN_ARGS_MAX; more++)
        argv[n++] = xstrdup(*more);
    return argv;
}

void
judge_argv_free(char **argv)
{
    if (argv == NULL)
        return;
    for (char **p = argv; *p != NULL; p++)
        free(*p);
    free(argv);
}

bool
judge_tick(void *judge, const char *data, size_t size)
{
    struct judge *j = judge;

    (void)data;
    (void)size;
    if (!j->stopped && j->watch != NULL &&
        !j->watch(j->cookie, NULL, j->done, j->total))
        j->stopped = true;
    return !j->stopped;
}

static const char *
feedback_name(enum package_feedback f)
{
    switch (f) {
    case FEEDBACK_FULL:
        return "full";
    case FEEDBACK_MESSAGE:
        return "message";
    case FEEDBACK_NAME:
        return "name";
    case FEEDBACK_NONE:
        return "none";
    }
    return "none";
}

/* A text of the report, cut at `max`.  Five hundred tests with all their texts
 * would be megabytes that nobody reads: once the report is full, only the
 * beginning of each is kept. */
static void
add_text(struct judge *j, struct json *t, const char *key, const char *text,
         size_t size, size_t max)
{
    if (text == NULL)
        return;
    if (j->kept > JUDGE_REPORT_KEEP)
        max = TEXT_LEAST_KEEP;
    json_add_output(t, key, text, size, max);
    j->kept += size < max ? size : max;
}

bool
judge_add(struct judge *j, const struct judge_outcome *o)
{
    bool ok = o->verdict == VERDICT_ACCEPTED;
    size_t max = (size_t)conf()->output_max_bytes;
    struct json *t = json_object();
    const char *message = o->message != NULL ? o->message : "";
    struct judge_test told = {
        .name = o->feedback == FEEDBACK_NONE ? "" : o->name,
        .verdict = o->verdict,
        .time_ms = o->time_ms,
    };

    json_add_text(t, "name", o->name);
    json_add_text(t, "verdict", verdict_name(o->verdict));
    json_add_bool(t, "sample", o->sample);
    json_add_text(t, "feedback", feedback_name(o->feedback));
    json_add_int(t, "time_ms", o->time_ms);
    if (o->memory_kb > 0) /* tests that share a process have none each */
        json_add_int(t, "memory_kb", o->memory_kb);
    json_add_number(t, "points", ok ? o->weight : 0);
    add_text(j, t, "message", message, strlen(message), JUDGE_MESSAGE_KEEP);
    add_text(j, t, "input", o->input, o->input_size, max);
    add_text(j, t, "expected", o->expected, o->expected_size, max);
    add_text(j, t, "actual", o->actual, o->actual_size, max);
    add_text(j, t, "stderr", o->stderr_text, o->stderr_size, max);
    add_text(j, t, "judge", o->staff, o->staff_size, max);
    json_push(j->tests, t);

    if (ok)
        j->earned += o->weight;
    else if (j->verdict == VERDICT_ACCEPTED)
        j->verdict = o->verdict;
    if (o->time_ms > j->time_ms)
        j->time_ms = o->time_ms;
    if (o->memory_kb > j->memory_kb)
        j->memory_kb = o->memory_kb;
    j->done++;
    if (!j->stopped && j->watch != NULL &&
        !j->watch(j->cookie, &told, j->done, j->total))
        j->stopped = true;
    return !j->stopped;
}

void
judge_forget(struct judge *j)
{
    json_free(j->tests);
    j->tests = json_array();
    buf_free(&j->compile);
    j->verdict = VERDICT_ACCEPTED;
    j->done = j->kept = 0;
    j->earned = 0;
    j->time_ms = j->memory_kb = 0;
}

static void
finish(struct judge *j, struct judge_result *out)
{
    struct json *report = json_object();
    double share = j->weight > 0 ? j->earned / j->weight : 0;

    json_add_bool(report, "verified", j->verified);
    if (j->compile.size > 0)
        json_add_output(report, "compile", j->compile.data, j->compile.size,
                        JUDGE_COMPILE_KEEP);
    json_add(report, "tests", j->tests);
    j->tests = NULL;
    json_add_int(report, "tests_total", (int64_t)j->total);

    *out = (struct judge_result){
        .verdict = j->verdict,
        .time_ms = j->time_ms,
        .memory_kb = j->memory_kb,
        .report = json_print(report, NULL),
    };
    if (j->verdict == VERDICT_ACCEPTED)
        out->score = 1;
    else if (j->job->package->partial && share < 1)
        out->score = share;
    json_free(report);
}

enum err
judge_program(struct run_box *box, const struct judge_job *job,
              judge_watch *watch, void *cookie, struct judge_result *out)
{
    struct judge j = {
        .box = box,
        .job = job,
        .watch = watch,
        .cookie = cookie,
        .tests = json_array(),
        .verdict = VERDICT_ACCEPTED,
    };
    enum err e;

    memset(out, 0, sizeof *out);
    e = job->package->kind == PACKAGE_IO ? judge_io(&j) : judge_unittest(&j);
    /* Nothing is accepted that was not seen to pass. */
    if (e == ERR_OK && j.verdict == VERDICT_ACCEPTED &&
        (j.total == 0 || j.done < j.total)) {
        log_warn("judge",
                 "fault=\"accepted with tests left\" package=%s "
                 "done=%zu total=%zu",
                 job->package->slug, j.done, j.total);
        e = ERR_INTERNAL;
    }
    if (e == ERR_OK)
        finish(&j, out);
    json_free(j.tests);
    buf_free(&j.compile);
    return e;
}

void
judge_result_free(struct judge_result *r)
{
    free(r->report);
    memset(r, 0, sizeof *r);
}
