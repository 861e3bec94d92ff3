/* io kind: the program reads standard input and writes standard output; its
 * output is compared out here, so the answers never enter the box.
 */
#include "grader/judge_internal.h"

#include "grader/compare.h"
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    COMPILE_CPU_MS = 20 * 1000,
    COMPILE_WALL_MS = 60 * 1000,
    COMPILE_MEMORY_KB = 1024 * 1024,
    COMPILE_OUTPUT_KB = 256,
    COMPILE_DISK_KB = 64 * 1024,
    /* Bounds of a program that fails: an endless loop in each of a hundred
     * tests would hold a core for minutes, and say nothing new. */
    TIMEOUTS_MAX = 3,
    FAILED_CPU_MAX_MS = 20 * 1000
};

/* What runs: the file that each test gets, and the command. */
struct program {
    const char *name;
    int fd;
    mode_t mode;
    char **argv;
};

/* The compiler's words on a program that it did not translate. */
static void
refuse_program(struct judge *j, const struct run_result *r)
{
    struct buf *m = &j->compile;

    j->verdict = VERDICT_COMPILE_ERROR;
    if (r->end == RUN_CPU || r->end == RUN_WALL)
        buf_str(m, "The compiler took too long.\n");
    else if (r->end == RUN_MEMORY)
        buf_str(m, "The compiler used too much memory.\n");
    else if (r->end == RUN_OUTPUT)
        buf_str(m, "The compiler wrote too much.\n");
    else if (r->end == RUN_SIGNALED)
        buf_fmt(m, "The compiler was ended by signal %d.\n", r->status);
    buf_add(m, r->err.data, r->err.size);
    buf_add(m, r->out.data, r->out.size);
    if (m->size == 0)
        buf_str(m, "The compiler made no program, and did not say why.");
}

/* Compile `p` in place.  ERR_OK also when it does not compile: then the
 * verdict says so, and p->fd stays what it was. */
static enum err
compile(struct judge *j, struct program *p)
{
    const struct language *l = j->job->language;
    char **argv = judge_argv(l, l->compile, l->source, NULL);
    struct run_result r;
    struct run_request q = {
        .argv = (const char *const *)argv,
        .files = {{.name = p->name, .fd = p->fd, .mode = 0444}},
        .nfiles = 1,
        .stdin_fd = -1,
        .artefact = l->artefact,
        .limits = {.cpu_ms = COMPILE_CPU_MS,
                   .wall_ms = COMPILE_WALL_MS,
                   .memory_kb = COMPILE_MEMORY_KB,
                   .processes = 16,
                   .output_kb = COMPILE_OUTPUT_KB,
                   .disk_kb = COMPILE_DISK_KB},
    };
    enum err e = run_program(j->box, &q, judge_tick, j, &r);

    judge_argv_free(argv);
    if (e != ERR_OK)
        return e;
    if (r.end != RUN_EXITED || r.status != 0 || r.artefact_fd == -1)
        refuse_program(j, &r);
    else {
        buf_add(&j->compile, r.err.data, r.err.size); /* warnings */
        close(p->fd);
        *p = (struct program){.name = l->artefact,
                              .fd = r.artefact_fd,
                              .mode = 0555,
                              .argv = p->argv};
        r.artefact_fd = -1;
    }
    run_result_free(&r);
    return ERR_OK;
}

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
    const struct language *l = j->job->language;
    const struct package *k = j->job->package;
    struct program p = {.name = l->source, .mode = 0444};
    enum err e = ERR_OK;

    j->total = k->ntests;
    j->verified = true;
    for (size_t i = 0; i < k->ntests; i++)
        j->weight += k->tests[i].weight;
    p.fd = run_memfd(l->source, j->job->code, j->job->code_size);
    if (p.fd == -1) {
        log_errno("memfd", "size=%zu", j->job->code_size);
        return ERR_INTERNAL;
    }
    p.argv = judge_argv(l, l->run, l->source, NULL);
    if (l->compile[0] != NULL)
        e = compile(j, &p);
    if (e == ERR_OK && j->verdict == VERDICT_ACCEPTED)
        e = run_tests(j, &p);
    judge_argv_free(p.argv);
    close(p.fd);
    return e;
}
