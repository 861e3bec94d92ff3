/* unittest kind: Python's unittest in the same interpreter as the submission
 * (grader/zygote/python3/harness.py), so "verified" is false.
 *
 * Theory of operation.  The names of the tests are learned beforehand, by
 * running the harness on the model solution in listing mode, once per package
 * and process.  Then the harness runs the submission and reports each test on
 * the channel.  A verdict is accepted when every name came exactly once as
 * accepted, nothing else came, the final frame came last, and the run ended by
 * itself with status 0.  Whatever is missing has the verdict of the run's end
 * (a limit, a signal) or is a runtime_error.  Standard output and error say
 * nothing: they are the submission's.
 */
#include "grader/judge_internal.h"

#include "core/language.h"
#include "grader/judge_frames.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    IDS_MAX = 500,
    ID_MAX = 200, /* bytes */
    HARNESS_MAX = 256 * 1024,
    LISTS_KEPT = 16, /* packages whose tests are remembered */
    LIST_CPU_MS = 10 * 1000
};

static const char harness_name[] = "harness.py";

struct ids {
    char **id;
    size_t count;
};

static void
ids_free(struct ids *ids)
{
    for (size_t i = 0; i < ids->count; i++)
        free(ids->id[i]);
    free(ids->id);
    memset(ids, 0, sizeof *ids);
}

/* -- running the harness -- */

/* The harness's text.  Read once: graderd is started anew when it changes,
 * and its version is part of the build. */
static const struct buf *
harness_text(void)
{
    static struct buf text;
    char *path;

    if (text.size > 0)
        return &text;
    path = xasprintf("%s/zygote/python3/%s", conf()->share_dir, harness_name);
    if (buf_read_file(&text, path, HARNESS_MAX) == -1) {
        log_errno("harness", "file=%s", path);
        buf_free(&text);
    }
    free(path);
    return text.size > 0 ? &text : NULL;
}

static bool
add_file(struct run_request *q, const char *name, const void *data, size_t size)
{
    int fd = run_memfd(name, data, size);

    if (fd == -1) {
        log_errno("memfd", "file=%s", name);
        return false;
    }
    q->files[q->nfiles++] = (struct run_file){
        .name = name, .fd = fd, .mode = 0444};
    return true;
}

/* Run `code` (as the language's source file) with the package's tests. */
static enum err
run_harness(struct judge *j, const char *mode, const char *code,
            size_t code_size, run_watch *watch, void *cookie,
            struct run_result *r)
{
    const struct language *l = j->job->language;
    const struct package *p = j->job->package;
    const struct buf *harness = harness_text();
    const char *more[RUN_FILES_MAX + 2] = {mode};
    struct run_request q = {.stdin_fd = -1, .channel = true};
    char **argv = NULL;
    enum err e = ERR_INTERNAL;

    if (harness == NULL ||
        !add_file(&q, harness_name, harness->data, harness->size) ||
        !add_file(&q, l->source, code, code_size))
        goto out;
    for (size_t i = 0; i < p->nunittests; i++) {
        const struct package_blob *t = &p->unittests[i];

        if (q.nfiles == RUN_FILES_MAX ||
            !add_file(&q, t->name, t->data, t->size))
            goto out;
        more[i + 1] = t->name;
    }
    argv = judge_argv(l, l->run, harness_name, more);
    q.argv = (const char *const *)argv;
    judge_limits(j->job, &q.limits);
    if (strcmp(mode, "list") == 0 && q.limits.cpu_ms < LIST_CPU_MS)
        q.limits.cpu_ms = q.limits.wall_ms = LIST_CPU_MS;
    e = run_program(j->box, &q, watch, cookie, r);
out:
    for (size_t i = 0; i < q.nfiles; i++)
        close(q.files[i].fd);
    judge_argv_free(argv);
    return e;
}

/* -- which tests are there? -- */

struct listing {
    struct judge *j;
    struct frames frames;
    struct ids ids;
    char *broken;
    bool ended;
};

static bool
ids_add(struct ids *ids, const char *id)
{
    if (id == NULL || *id == '\0' || strlen(id) > ID_MAX ||
        ids->count == IDS_MAX)
        return false;
    for (size_t i = 0; i < ids->count; i++)
        if (strcmp(ids->id[i], id) == 0)
            return false;
    ids->id = xrealloc(ids->id, (ids->count + 1) * sizeof *ids->id);
    ids->id[ids->count++] = xstrdup(id);
    return true;
}

static bool
listing_frame(void *cookie, const struct json *frame)
{
    struct listing *s = cookie;
    const struct json *ids = json_get(frame, "ids");
    const char *broken = json_text(json_get(frame, "broken"));

    if (s->ended)
        return false;
    if (json_get(frame, "end") != NULL)
        s->ended = true;
    else if (broken != NULL && s->broken == NULL)
        s->broken = xstrdup(broken);
    else if (!json_is_array(ids))
        return false;
    for (int i = 0; json_is_array(ids) && i < json_size(ids); i++)
        if (!ids_add(&s->ids, json_text(json_at(ids, i))))
            return false;
    return true;
}

static bool
listing_watch(void *cookie, const char *data, size_t size)
{
    struct listing *s = cookie;

    frames_feed(&s->frames, data, size, listing_frame, s);
    return judge_tick(s->j, NULL, 0);
}

/* A model solution in this job's language; its tests load with it. */
static const struct package_blob *
model_of(const struct judge_job *job)
{
    const struct package *p = job->package;

    for (size_t i = 0; i < p->nsubmissions; i++)
        if (strncmp(p->submissions[i].name, "accepted/", 9) == 0 &&
            language_of_file(job->language, 1, p->submissions[i].name + 9) !=
                NULL)
            return &p->submissions[i];
    return NULL;
}

static enum err
list_tests(struct judge *j, struct ids *out)
{
    const struct package_blob *model = model_of(j->job);
    struct listing s = {.j = j};
    struct run_result r = {.artefact_fd = -1};
    enum err e = run_harness(j, "list", model != NULL ? model->data : "",
                             model != NULL ? model->size : 0, listing_watch, &s,
                             &r);

    if (e == ERR_OK && (!frames_whole(&s.frames) || !s.ended ||
                        s.broken != NULL || s.ids.count == 0)) {
        log_warn("tests of a package",
                 "package=%s fault=\"%s\" end=%d "
                 "status=%d stderr=\"%.400s\"",
                 j->job->package->slug,
                 s.broken != NULL ? s.broken : "they do not list", (int)r.end,
                 r.status, r.err.data != NULL ? r.err.data : "");
        e = ERR_INTERNAL;
    }
    if (e == ERR_OK)
        *out = s.ids;
    else
        ids_free(&s.ids);
    run_result_free(&r);
    frames_free(&s.frames);
    free(s.broken);
    return e;
}

/* What the list depends on: tests, model, runtime. */
static void
list_key(const struct judge_job *job, unsigned char key[SECRET_HASH_SIZE])
{
    const struct package *p = job->package;
    const struct package_blob *model = model_of(job);
    struct buf b = {0};

    buf_fmt(&b, "%s\n", job->language->build);
    for (size_t i = 0; i < p->nunittests; i++) {
        buf_fmt(&b, "%s %zu\n", p->unittests[i].name, p->unittests[i].size);
        buf_add(&b, p->unittests[i].data, p->unittests[i].size);
    }
    if (model != NULL)
        buf_add(&b, model->data, model->size);
    secret_hash(b.data, b.size, key);
    buf_free(&b);
}

/* The tests' names, from memory or from a run.  They live as long as the
 * process remembers them: until LISTS_KEPT other packages came. */
static enum err
known_tests(struct judge *j, const struct ids **out)
{
    static struct {
        unsigned char key[SECRET_HASH_SIZE];
        struct ids ids;
    } kept[LISTS_KEPT];
    static size_t next;
    unsigned char key[SECRET_HASH_SIZE];
    struct ids fresh = {0};
    enum err e;

    list_key(j->job, key);
    for (size_t i = 0; i < LISTS_KEPT; i++)
        if (kept[i].ids.count > 0 &&
            memcmp(kept[i].key, key, sizeof key) == 0) {
            *out = &kept[i].ids;
            return ERR_OK;
        }
    e = list_tests(j, &fresh);
    if (e != ERR_OK)
        return j->stopped ? ERR_STALE : e;
    ids_free(&kept[next].ids);
    memcpy(kept[next].key, key, sizeof key);
    kept[next].ids = fresh;
    *out = &kept[next].ids;
    next = (next + 1) % LISTS_KEPT;
    return ERR_OK;
}

/* -- running them -- */

struct session {
    struct judge *j;
    const struct ids *ids;
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
    while (i < s->ids->count && strcmp(s->ids->id[i], id) != 0)
        i++;
    while (v < 3 && strcmp(verdict_name(possible[v]), verdict) != 0)
        v++;
    if (i == s->ids->count || v == 3 || s->seen[i])
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
    for (size_t i = 0; i < s->ids->count; i++) {
        if (s->seen[i])
            continue;
        if (s->rest != NULL && !limit)
            session_add(s, s->ids->id[i], VERDICT_RUNTIME_ERROR, 0, s->rest);
        else
            session_add(s, s->ids->id[i], verdict,
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

static void
conclude(struct session *s, const struct run_result *r)
{
    struct judge *j = s->j;

    if (s->compile_error && s->nseen == 0) {
        j->verdict = VERDICT_COMPILE_ERROR;
        return;
    }
    if (s->nseen < s->ids->count)
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

    e = known_tests(j, &s.ids);
    if (e != ERR_OK)
        return e;
    j->total = s.ids->count;
    j->weight = (double)s.ids->count;
    j->verified = false;
    s.seen = xcalloc(s.ids->count, sizeof *s.seen);
    e = run_harness(j, "run", j->job->code, j->job->code_size, session_watch,
                    &s, &r);
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
