/* io kind: the program reads standard input and writes standard output; its
 * output is compared out here, or by the package's checker in a run of its
 * own, so the answers never enter the submission's box.
 */
#include "grader/judge_internal.h"

#include "grader/compare.h"
#include "grader/judge_check.h"
#include "grader/judge_program.h"
#include "grader/judge_rerun.h"
#include "lib/conf.h"
#include "lib/log.h"

#include <string.h>
#include <unistd.h>

enum {
    /* Bounds of a program that fails: an endless loop in each of a hundred
     * tests would hold a core for minutes, and say nothing new. */
    TIMEOUTS_MAX = 3,
    FAILED_CPU_MAX_MS = 20 * 1000
};

/* Is the output of a run that ended well the right one? */
static enum err
judge_output(struct judge *j, const struct checker *checker,
             const struct package_test *t, const struct run_result *r,
             enum verdict *verdict, struct buf *message, struct buf *staff)
{
    if (checker != NULL)
        return check_run(j, checker, t, &r->out, verdict, message, staff);
    if (!compare_outputs(&t->compare, t->answer, t->answer_size, r->out.data,
                         r->out.size, message))
        *verdict = VERDICT_WRONG_ANSWER;
    return ERR_OK;
}

/* Judge one run, and put the test into the report. */
static enum err
judge_run(struct judge *j, const struct checker *checker,
          const struct package_test *t, const struct run_result *r)
{
    struct buf message = {0}, words = {0}, staff = {0};
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
    };
    enum err e = ERR_OK;

    if (o.verdict == VERDICT_ACCEPTED)
        e = judge_output(j, checker, t, r, &o.verdict, &message, &staff);
    judge_stderr(r, (size_t)conf()->output_max_bytes, &words);
    o.message = message.data;
    o.stderr_text = words.data != NULL ? words.data : "";
    o.stderr_size = words.size;
    o.staff = staff.data;
    o.staff_size = staff.size;
    if (e == ERR_OK)
        judge_add(j, &o);
    buf_free(&message);
    buf_free(&words);
    buf_free(&staff);
    return e;
}

/* What the python3 zygote calls what the command of the language does. */
static const char *const whole_program[] = {"program", NULL};

static enum err
run_test(struct judge *j, const struct program *p, const struct package_test *t,
         struct run_result *r)
{
    struct run_request q = {
        .zygote = p->zygote,
        .argv = strcmp(p->zygote, "python3") == 0
                    ? whole_program
                    : (const char *const *)p->argv,
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
    e = rerun_if_near(j->box, &q, judge_tick, NULL, j, r);
    close(q.stdin_fd);
    return e;
}

/* Has it failed so that the tests that are left would say nothing new? */
static bool
is_enough(const struct judge *j, int timeouts, int64_t spent)
{
    return j->verdict != VERDICT_ACCEPTED &&
           (j->job->package->stop_at_failure || timeouts >= TIMEOUTS_MAX ||
            spent >= FAILED_CPU_MAX_MS);
}

static enum err
run_tests(struct judge *j, const struct program *p,
          const struct checker *checker)
{
    const struct package *k = j->job->package;
    int64_t spent = 0;
    int timeouts = 0;

    for (size_t i = 0; i < k->ntests && !is_enough(j, timeouts, spent); i++) {
        struct run_result r;
        enum err e = run_test(j, p, &k->tests[i], &r);

        if (e != ERR_OK)
            return e;
        spent += r.cpu_ms;
        timeouts += r.end == RUN_CPU || r.end == RUN_WALL;
        e = judge_run(j, checker, &k->tests[i], &r);
        run_result_free(&r);
        if (j->stopped)
            return ERR_STALE;
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

enum err
judge_io(struct judge *j)
{
    const struct package *k = j->job->package;
    const struct checker *checker = NULL;
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
        e = check_make(j, &checker);
    if (e == ERR_OK && p.fd != -1)
        e = run_tests(j, &p, checker);
    program_free(&p);
    return e;
}
