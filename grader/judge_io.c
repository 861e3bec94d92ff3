/* io kind: the program reads standard input and writes standard output; its
 * output is compared out here, so the answers never enter the box.
 */
#include "grader/judge_internal.h"

#include "grader/compare.h"
#include "grader/judge_program.h"
#include "lib/log.h"

#include <string.h>
#include <unistd.h>

enum {
    /* Bounds of a program that fails: an endless loop in each of a hundred
     * tests would hold a core for minutes, and say nothing new. */
    TIMEOUTS_MAX = 3,
    FAILED_CPU_MAX_MS = 20 * 1000
};

/* Compare, and put the test into the report. */
static void
judge_run(struct judge *j, const struct package_test *t,
          const struct run_result *r)
{
    struct buf message = {0};
    struct judge_outcome o = {
        .name = t->name,
        .verdict = judge_end(r, &message),
        .feedback = t->feedback,
        .sample = t->sample,
        .weight = t->weight,
        .time_ms = r->end == RUN_WALL ? r->wall_ms : r->cpu_ms,
        .memory_kb = r->memory_kb,
        .input = t->input,
        .input_size = t->input_size,
        .expected = t->answer,
        .expected_size = t->answer_size,
        .actual = r->out.data != NULL ? r->out.data : "",
        .actual_size = r->out.size,
        .stderr_text = r->err.data != NULL ? r->err.data : "",
        .stderr_size = r->err.size,
    };

    if (o.verdict == VERDICT_ACCEPTED &&
        !compare_outputs(&t->compare, t->answer, t->answer_size, r->out.data,
                         r->out.size, &message))
        o.verdict = VERDICT_WRONG_ANSWER;
    o.message = message.data;
    judge_add(j, &o);
    buf_free(&message);
}

/* Tracebacks name the submission by its path in the box; its name alone is what
 * a student knows. */
static void
strip_folder(struct buf *text)
{
    static const char folder[] = "/box/w/";
    size_t n = sizeof folder - 1;
    for (char *p = text->data; p != NULL;) {
        size_t left = (size_t)(text->data + text->size - p);
        p = memmem(p, left, folder, n);
        if (p == NULL)
            return;
        memmove(p, p + n, (size_t)(text->data + text->size - p) - n + 1);
        text->size -= n;
    }
}

static enum err
run_test(struct judge *j, const struct program *p, const struct package_test *t,
         struct run_result *r)
{
    struct run_request q = {
        .argv = (const char *const *)p->argv,
        .files = {{.name = p->name, .fd = p->fd, .mode = p->mode}},
        .nfiles = 1,
        .stdin_fd = run_memfd("input", t->input, t->input_size),
    };
    enum err e;

    if (q.stdin_fd == -1) {
        log_errno("memfd", "test=%s", t->name);
        return ERR_INTERNAL;
    }
    judge_limits(j->job, &q.limits);
    e = run_program(j->box, &q, judge_tick, j, r);
    close(q.stdin_fd);
    if (e == ERR_OK)
        strip_folder(&r->err);
    return e;
}

static enum err
run_tests(struct judge *j, const struct program *p)
{
    const struct package *k = j->job->package;
    int64_t spent = 0;
    int timeouts = 0;

    for (size_t i = 0; i < k->ntests; i++) {
        struct run_result r;
        enum err e;

        if (j->verdict != VERDICT_ACCEPTED &&
            (timeouts >= TIMEOUTS_MAX || spent >= FAILED_CPU_MAX_MS))
            break;
        e = run_test(j, p, &k->tests[i], &r);
        if (e != ERR_OK)
            return e;
        spent += r.cpu_ms;
        timeouts += r.end == RUN_CPU || r.end == RUN_WALL;
        judge_run(j, &k->tests[i], &r);
        run_result_free(&r);
        if (j->stopped)
            return ERR_STALE;
    }
    return ERR_OK;
}

enum err
judge_io(struct judge *j)
{
    const struct package *k = j->job->package;
    struct program p;
    enum err e;

    j->total = k->ntests;
    j->verified = true;
    for (size_t i = 0; i < k->ntests; i++)
        j->weight += k->tests[i].weight;
    e = program_make(j->box, j->job->language, j->job->code, j->job->code_size,
                     judge_tick, j, &p, &j->compile);
    if (e == ERR_OK && p.fd == -1)
        j->verdict = VERDICT_COMPILE_ERROR;
    else if (e == ERR_OK)
        e = run_tests(j, &p);
    program_free(&p);
    return e;
}
