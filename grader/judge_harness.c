/* Running the harness of Python unit tests, and what is known of a package's
 * tests beforehand.
 *
 * Split (the default): submission and tests are two processes of the python3
 * zygote; only the tests' files and the plan go to the tests, which speak to us
 * (grader/zygote/python3/tests.py).  Shared: one interpreter
 * (shared.py); nothing that it says proves anything.
 *
 * The plan is made by running the harness on the model solution in listing
 * mode, once per package, runtime and process: the tests' names, the names that
 * the model solution defines, and the tests in which the model's objects
 * decide.
 */
#include "grader/judge_harness.h"

#include "core/language.h"
#include "grader/judge_frames.h"
#include "lib/log.h"
#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    IDS_MAX = 500,
    ID_MAX = 200,    /* bytes */
    PLANS_KEPT = 16, /* packages whose tests are remembered */
    LIST_CPU_MS = 10 * 1000,
    /* of the tests' process: not the student's matter, so wide */
    TESTS_CPU_MS = 30 * 1000,
    TESTS_MEMORY_KB = 1024 * 1024,
    TESTS_PROCESSES = 16,
    TESTS_OUTPUT_KB = 1024
};

static const char plan_name[] = "plan";

static void
plan_free(struct harness_plan *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->id[i]);
    free(p->id);
    free(p->text);
    memset(p, 0, sizeof *p);
}

/* -- running the harness -- */

static bool
add_file(struct run_request *q, const char *name, const void *data, size_t size,
         bool for_tests)
{
    int fd = run_memfd(name, data, size);

    if (fd == -1) {
        log_errno("memfd", "file=%s", name);
        return false;
    }
    q->files[q->nfiles++] = (struct run_file){
        .name = name, .fd = fd, .mode = 0444, .for_tests = for_tests};
    return true;
}

static bool
add_tests(struct run_request *q, const struct package *p,
          const char *argv[RUN_FILES_MAX + 3])
{
    for (size_t i = 0; i < p->nunittests; i++) {
        const struct package_blob *t = &p->unittests[i];

        if (q->nfiles == RUN_FILES_MAX ||
            !add_file(q, t->name, t->data, t->size, q->split))
            return false;
        argv[2 + i] = t->name;
    }
    return true;
}

enum err
harness_run(struct judge *j, const struct harness_plan *plan, const char *code,
            size_t code_size, run_watch *watch, rerun_again *again,
            void *cookie, struct run_result *r)
{
    const struct language *l = j->job->language;
    const struct package *p = j->job->package;
    const char *argv[RUN_FILES_MAX + 3] = {p->shared ? "shared" : "split",
                                           plan != NULL ? "run" : "list"};
    struct run_request q = {.zygote = l->zygote,
                            .argv = argv,
                            .stdin_fd = -1,
                            .channel = true,
                            .split = !p->shared,
                            .tests = {.cpu_ms = TESTS_CPU_MS,
                                      .wall_ms = TESTS_CPU_MS,
                                      .memory_kb = TESTS_MEMORY_KB,
                                      .processes = TESTS_PROCESSES,
                                      .output_kb = TESTS_OUTPUT_KB,
                                      .disk_kb = 0}};
    enum err e = ERR_INTERNAL;

    if (strcmp(l->zygote, "python3") != 0) {
        log_warn("unit tests need the python3 zygote", "language=%s", l->id);
        return e;
    }
    judge_limits(j->job, &q.limits);
    if (plan == NULL && q.limits.cpu_ms < LIST_CPU_MS)
        q.limits.cpu_ms = q.limits.wall_ms = LIST_CPU_MS;
    if (add_file(&q, l->source, code, code_size, false) &&
        (plan == NULL || p->shared ||
         add_file(&q, plan_name, plan->text, strlen(plan->text), true)) &&
        add_tests(&q, p, argv))
        e = plan == NULL ? rerun_never(j->box, &q, watch, cookie, r)
                         : rerun_if_near(j->box, &q, watch, again, cookie, r);
    for (size_t i = 0; i < q.nfiles; i++)
        close(q.files[i].fd);
    return e;
}

/* -- which tests are there? -- */

struct listing {
    struct judge *j;
    struct frames frames;
    struct harness_plan plan;
    struct buf text; /* of the plan */
    char *broken;
    bool ended;
};

static bool
add_id(struct harness_plan *p, const char *id)
{
    if (id == NULL || *id == '\0' || strlen(id) > ID_MAX || p->count == IDS_MAX)
        return false;
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->id[i], id) == 0)
            return false;
    p->id = xrealloc(p->id, (p->count + 1) * sizeof *p->id);
    p->id[p->count++] = xstrdup(id);
    return true;
}

static bool
take_ids(struct listing *s, const struct json *frame)
{
    const struct json *ids = json_get(frame, "ids");

    if (!json_is_array(ids) || s->plan.count > 0 ||
        !json_bool(json_get(frame, "verified"), &s->plan.verified))
        return false;
    for (int i = 0; i < json_size(ids); i++)
        if (!add_id(&s->plan, json_text(json_at(ids, i))))
            return false;
    if (s->j->job->package->shared)
        s->plan.verified = false;
    return true;
}

static bool
listing_frame(void *cookie, const struct json *frame)
{
    struct listing *s = cookie;
    const char *broken = json_text(json_get(frame, "broken"));
    const char *part = json_text(json_get(frame, "plan"));

    if (s->ended)
        return false;
    if (json_get(frame, "end") != NULL) {
        s->ended = true;
        return true;
    }
    if (broken != NULL && s->broken == NULL) {
        s->broken = xstrdup(broken);
        return true;
    }
    if (part != NULL) {
        buf_str(&s->text, part);
        return true;
    }
    return take_ids(s, frame);
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
make_plan(struct judge *j, struct harness_plan *out)
{
    const struct package_blob *model = model_of(j->job);
    struct listing s = {.j = j};
    struct run_result r = {.artefact_fd = -1};
    enum err e = harness_run(j, NULL, model != NULL ? model->data : "",
                             model != NULL ? model->size : 0, listing_watch,
                             NULL, &s, &r);

    if (e == ERR_OK &&
        (!frames_whole(&s.frames) || !s.ended || s.broken != NULL ||
         s.plan.count == 0 || s.text.size == 0)) {
        const struct buf *said = r.tests_out.size > 0 ? &r.tests_out : &r.err;
        log_warn("tests of a package",
                 "package=%s fault=\"%s\" end=%d status=%d stderr=\"%.400s\"",
                 j->job->package->slug,
                 s.broken != NULL ? s.broken : "they do not list", (int)r.end,
                 r.status, said->data != NULL ? said->data : "");
        e = ERR_INTERNAL;
    }
    if (e == ERR_OK) {
        *out = s.plan;
        out->text = buf_take(&s.text, NULL);
    } else {
        plan_free(&s.plan);
        buf_free(&s.text);
    }
    run_result_free(&r);
    frames_free(&s.frames);
    free(s.broken);
    return e;
}

/* What the plan depends on: tests, model, runtime, isolation. */
static void
plan_key(const struct judge_job *job, unsigned char key[SECRET_HASH_SIZE])
{
    const struct package *p = job->package;
    const struct package_blob *model = model_of(job);
    struct buf b = {0};

    buf_fmt(&b, "%s %d\n", job->language->build, p->shared);
    for (size_t i = 0; i < p->nunittests; i++) {
        buf_fmt(&b, "%s %zu\n", p->unittests[i].name, p->unittests[i].size);
        buf_add(&b, p->unittests[i].data, p->unittests[i].size);
    }
    if (model != NULL)
        buf_add(&b, model->data, model->size);
    secret_hash(b.data, b.size, key);
    buf_free(&b);
}

enum err
harness_plan(struct judge *j, const struct harness_plan **out)
{
    static struct {
        unsigned char key[SECRET_HASH_SIZE];
        struct harness_plan plan;
    } kept[PLANS_KEPT];
    static size_t next;
    unsigned char key[SECRET_HASH_SIZE];
    struct harness_plan fresh = {0};
    enum err e;

    plan_key(j->job, key);
    for (size_t i = 0; i < PLANS_KEPT; i++)
        if (kept[i].plan.count > 0 &&
            memcmp(kept[i].key, key, sizeof key) == 0) {
            *out = &kept[i].plan;
            return ERR_OK;
        }
    e = make_plan(j, &fresh);
    if (e != ERR_OK)
        return j->stopped ? ERR_STALE : e;
    plan_free(&kept[next].plan);
    memcpy(kept[next].key, key, sizeof key);
    kept[next].plan = fresh;
    *out = &kept[next].plan;
    next = (next + 1) % PLANS_KEPT;
    return ERR_OK;
}
