#include "grader/attack_split.h"

#include "grader/judge.h"
#include "lib/json.h"
#include "lib/log.h"

#include <stdlib.h>
#include <string.h>

#define START(name) _binary_grader_attack_##name##_py_start
#define SIZE(name)  EMBEDDED_SIZE(grader_attack_##name##_py)
EMBEDDED(grader_attack_model_py);
EMBEDDED(grader_attack_split_py);
EMBEDDED(grader_attack_split_tests_py);

static bool
watch(void *cookie, const struct judge_test *test, size_t done, size_t total)
{
    bool (*const *go_on)(void) = cookie;
    (void)test;
    (void)done;
    (void)total;
    return (*go_on)();
}

/* The submission gives what it found to its test, whose message it becomes. */
static void
take_verdict(struct attack_report *report, const struct judge_result *r)
{
    const char *why = NULL;
    struct json *j = json_parse(r->report, strlen(r->report), &why);
    bool verified = false;
    json_bool(json_get(j, "verified"), &verified);
    const char *message = json_text(
        json_get(json_at(json_get(j, "tests"), 0), "message"));
    if (r->verdict != VERDICT_ACCEPTED) {
        struct buf b = {0};
        buf_fmt(&b, "tests %s: %s", verdict_name(r->verdict),
                message != NULL ? message : "");
        attack_hole(report, "split", b.data, b.size);
        buf_free(&b);
    } else if (!verified) {
        static const char text[] = "tests the verdict is not verified";
        attack_hole(report, "split", text, sizeof text - 1);
    }
    json_free(j);
}

enum err
attack_split(struct run_box *box, const struct language *python,
             bool (*go_on)(void), struct attack_report *report)
{
    static char tests_name[] = "split_tests.py",
                model_name[] = "accepted/model.py";
    struct package_blob tests = {
        tests_name, xstrndup(START(split_tests), SIZE(split_tests)),
        SIZE(split_tests)};
    struct package_blob model = {
        model_name, xstrndup(START(model), SIZE(model)), SIZE(model)};
    const struct package package = {.slug = "self-attack",
                                    .kind = PACKAGE_UNITTEST,
                                    .feedback = FEEDBACK_FULL,
                                    .time_limit_ms = 5000,
                                    .memory_limit_kb = 256 * 1024,
                                    .output_limit_kb = 64,
                                    .unittests = &tests,
                                    .nunittests = 1,
                                    .submissions = &model,
                                    .nsubmissions = 1};
    const struct judge_job job = {.package = &package,
                                  .language = python,
                                  .code = START(split),
                                  .code_size = SIZE(split)};
    struct judge_result r = {0};
    enum err e = judge_program(box, &job, watch, &go_on, &r);
    report->runs++;
    report->attacks += 5; /* split.py looks in five places */
    if (e == ERR_OK) {
        take_verdict(report, &r);
        judge_result_free(&r);
    } else if (e == ERR_INTERNAL) {
        static const char text[] = "tests cannot be run (see the lines before)";
        attack_hole(report, "split", text, sizeof text - 1);
        e = ERR_OK;
    }
    free(tests.data);
    free(model.data);
    return e;
}
