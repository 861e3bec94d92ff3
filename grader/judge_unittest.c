/* unittest kind: Python's unittest (grader/judge_harness.h).
 *
 * Theory of operation.  The names of the tests are known beforehand.  The
 * harness runs the submission and reports each test on the channel.  A verdict
 * is accepted when every name came exactly once as accepted, nothing else came,
 * the final frame came last, and the run ended by itself with status 0.
 * Whatever is missing has the verdict of the run's end (a limit, a signal) or
 * is a runtime_error.  Standard output and error say nothing: they are the
 * submission's.
 *
 * In a split run the channel is the tests' process's alone, so all of that is
 * the word of code that the submission cannot reach; in a shared one it is only
 * what we can ask for, and "verified" is false.
 */
#include "grader/judge_harness.h"

#include "grader/judge_frames.h"
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>

/* -- running them -- */

struct session {
    struct judge *j;
    const struct harness_plan *plan;
    bool *seen;
    size_t nseen;
    struct frames frames;
    char *rest; /* why the tests not told of could not run */
    bool compile_error;
    bool ended;
};

static void
session_add(struct session *s, const char *name, enum verdict verdict,
            int64_t ms, const char *message)
{
    struct judge_outcome o = {
        .name = name,
        .verdict = verdict,
        .feedback = s->j->job->package->feedback,
        .weight = 1,
        .time_ms = ms,
        .message = message,
    };

    judge_add(s->j, &o);
}

static bool
session_test(struct session *s, const struct json *frame)
{
    static const enum verdict possible[] = {
        VERDICT_ACCEPTED, VERDICT_WRONG_ANSWER, VERDICT_RUNTIME_ERROR};
    const char *id = json_text(json_get(frame, "test"));
    const char *verdict = json_text(json_get(frame, "verdict"));
    const char *message = json_text(json_get(frame, "message"));
    int64_t ms;
    size_t i = 0, v = 0;

    if (id == NULL || verdict == NULL || message == NULL ||
        !json_int(json_get(frame, "ms"), &ms) || ms < 0)
        return false;
    while (i < s->plan->count && strcmp(s->plan->id[i], id) != 0)
        i++;
    while (v < 3 && strcmp(verdict_name(possible[v]), verdict) != 0)
        v++;
    if (i == s->plan->count || v == 3 || s->seen[i])
        return false;
    s->seen[i] = true;
    s->nseen++;
    session_add(s, id, possible[v], ms, message);
    return true;
}

static bool
session_frame(void *cookie, const struct json *frame)
{
    struct session *s = cookie;
    const char *compile = json_text(json_get(frame, "compile"));
    const char *rest = json_text(json_get(frame, "rest"));
    int64_t end;

    if (s->ended || s->compile_error)
        return s->compile_error && json_get(frame, "end") != NULL;
    if (json_get(frame, "test") != NULL)
        return session_test(s, frame);
    if (json_get(frame, "end") != NULL) {
        s->ended = true;
        return json_int(json_get(frame, "end"), &end) &&
               end == (int64_t)s->nseen;
    }
    if (rest != NULL && s->rest == NULL) {
        s->rest = xstrdup(rest);
        return true;
    }
    if (compile != NULL && s->nseen == 0) {
        s->compile_error = true;
        buf_str(&s->j->compile, compile);
        return true;
    }
    return false;
}

static bool
session_watch(void *cookie, const char *data, size_t size)
{
    struct session *s = cookie;

    if (size == 0)
        return judge_tick(s->j, NULL, 0);
    frames_feed(&s->frames, data, size, session_frame, s);
    return !s->j->stopped;
}

/* A second look: nothing of the first was said. */
static bool
session_again(void *cookie)
{
    struct session *s = cookie;

    frames_free(&s->frames);
    free(s->rest);
    memset(s->seen, 0, s->plan->count * sizeof *s->seen);
    *s = (struct session){.j = s->j, .plan = s->plan, .seen = s->seen};
    judge_forget(s->j);
    return true;
}

/* The tests of which nothing came. */
static void
add_missing(struct session *s, const struct run_result *r)
{
    struct buf message = {0};
    enum verdict verdict = judge_end(r, &message);
    bool limit = r->end != RUN_EXITED;

    if (verdict == VERDICT_ACCEPTED) {
        verdict = VERDICT_RUNTIME_ERROR;
        buf_str(&message, "The program ended before its tests did.");
    }
    for (size_t i = 0; i < s->plan->count; i++) {
        if (s->seen[i])
            continue;
        if (s->rest != NULL && !limit)
            session_add(s, s->plan->id[i], VERDICT_RUNTIME_ERROR, 0, s->rest);
        else
            session_add(s, s->plan->id[i], verdict,
                        r->end == RUN_WALL ? r->wall_ms : r->cpu_ms,
                        message.data);
        if (s->rest == NULL || limit)
            break; /* the ones after it were not run */
    }
    buf_free(&message);
}

/* Everything came, and yet it is not to be believed. */
static void
add_doubt(struct session *s, const struct run_result *r)
{
    struct buf message = {0};
    enum verdict verdict = judge_end(r, &message);

    if (verdict != VERDICT_ACCEPTED)
        session_add(s, "(end)", verdict, 0, message.data);
    else if (!s->ended || !frames_whole(&s->frames))
        session_add(s, "(end)", VERDICT_RUNTIME_ERROR, 0,
                    "The program interfered with its tests.");
    buf_free(&message);
}

/* The tests' own process did not do its part.  That is no verdict on the
 * program, but it may be the program's doing (millions of objects to look at),
 * so it is not tried again, either. */
static bool
tests_failed(struct session *s, const struct run_result *r)
{
    const char *why = NULL;

    if (r->tests == RUN_TESTS_LIMIT)
        why = "The tests used more time, memory or output than they may have.";
    else if (r->tests == RUN_TESTS_KILLED && r->end == RUN_EXITED)
        why = "The process of the tests was killed.";
    else if (r->tests == RUN_TESTS_EXITED && r->tests_status != 0)
        why = "The process of the tests failed.";
    if (why == NULL)
        return false;
    log_warn("tests failed", "package=%s tests=%d status=%d output=\"%.400s\"",
             s->j->job->package->slug, (int)r->tests, r->tests_status,
             r->tests_out.data != NULL ? r->tests_out.data : "");
    session_add(s, "(tests)", VERDICT_SYSTEM_ERROR, 0, why);
    s->j->verdict = VERDICT_SYSTEM_ERROR;
    return true;
}

static void
conclude(struct session *s, const struct run_result *r)
{
    struct judge *j = s->j;

    if (tests_failed(s, r))
        return;
    if (s->compile_error && s->nseen == 0) {
        j->verdict = VERDICT_COMPILE_ERROR;
        return;
    }
    if (s->nseen < s->plan->count)
        add_missing(s, r);
    else
        add_doubt(s, r);
    /* What a test measures of itself is its own word; the run's is ours. */
    if (r->cpu_ms > j->time_ms)
        j->time_ms = r->cpu_ms;
    if (r->memory_kb > j->memory_kb)
        j->memory_kb = r->memory_kb;
}

enum err
judge_unittest(struct judge *j)
{
    struct session s = {.j = j};
    struct run_result r = {.artefact_fd = -1};
    enum err e;

    e = harness_plan(j, &s.plan);
    if (e != ERR_OK)
        return e;
    j->total = s.plan->count;
    j->weight = (double)s.plan->count;
    j->verified = s.plan->verified;
    s.seen = xcalloc(s.plan->count, sizeof *s.seen);
    e = harness_run(j, s.plan, j->job->code, j->job->code_size, session_watch,
                    session_again, &s, &r);
    if (e == ERR_OK) {
        conclude(&s, &r);
        run_result_free(&r);
    }
    if (e == ERR_OK && j->stopped)
        e = ERR_STALE;
    frames_free(&s.frames);
    free(s.rest);
    free(s.seen);
    return e;
}
