#include "core/report.h"

#include "lib/log.h"
#include "lib/mem.h"

#include <stdlib.h>
#include <string.h>

enum level {
    LEVEL_FULL,
    LEVEL_MESSAGE,
    LEVEL_NAME,
    LEVEL_NONE
};

static enum level
level_of(const struct json *test, bool staff)
{
    static const char *const names[] = {"full", "message", "name"};
    const char *text = json_text(json_get(test, "feedback"));

    if (staff)
        return LEVEL_FULL;
    for (int i = 0; i < 3 && text != NULL; i++)
        if (strcmp(text, names[i]) == 0)
            return (enum level)i;
    return LEVEL_NONE; /* an unknown word hides, never shows */
}

static const char *
text_of(const struct json *test, const char *key)
{
    const char *text = json_text(json_get(test, key));

    return text != NULL ? text : "";
}

static void
copy_text(struct json *to, const struct json *test, const char *key)
{
    const char *text = json_text(json_get(test, key));

    if (text != NULL)
        json_add_text(to, key, text);
}

static void
copy_number(struct json *to, const struct json *test, const char *key)
{
    double d;

    if (json_number(json_get(test, key), &d))
        json_add_number(to, key, d);
}

static struct json *
show_test(const struct json *test, enum level level, bool staff)
{
    static const char *const texts[] = {"input", "expected", "actual",
                                        "stderr"};
    struct json *to = json_object();
    bool sample = false;

    json_bool(json_get(test, "sample"), &sample);
    json_add_text(to, "name", level < LEVEL_NONE ? text_of(test, "name") : "");
    json_add_text(to, "verdict", text_of(test, "verdict"));
    json_add_bool(to, "sample", sample);
    if (level <= LEVEL_NAME) {
        copy_number(to, test, "time_ms");
        copy_number(to, test, "memory_kb");
        copy_number(to, test, "points");
    }
    if (level <= LEVEL_MESSAGE)
        copy_text(to, test, "message");
    for (size_t i = 0; i < 4 && level == LEVEL_FULL; i++)
        copy_text(to, test, texts[i]);
    if (staff)
        copy_text(to, test, "judge");
    return to;
}

/* "wrong_answer" as words. */
static const char *
verdict_words(const char *verdict)
{
    static const char *const words[][2] = {
        {"wrong_answer", "wrong answer"},
        {"time_limit", "time limit exceeded"},
        {"memory_limit", "memory limit exceeded"},
        {"output_limit", "output limit exceeded"},
        {"runtime_error", "runtime error"},
        {"compile_error", "does not compile"},
        {"system_error", "a fault of the grader"},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], verdict) == 0)
            return words[i][1];
    return verdict;
}

/* "sample/01: Line 1, word 1: …", as far as the reader may see it. */
static char *
say_failure(const struct json *test, enum level level)
{
    const char *message = text_of(test, "message");
    const char *what = verdict_words(text_of(test, "verdict"));

    if (level >= LEVEL_NONE)
        return xasprintf("A hidden test failed: %s.", what);
    if (level == LEVEL_NAME || *message == '\0')
        return xasprintf("Test %s: %s.", text_of(test, "name"), what);
    return xasprintf("Test %s: %s", text_of(test, "name"), message);
}

static char *
say_success(int64_t total)
{
    if (total == 1)
        return xstrdup("The test passed.");
    return xasprintf("All %lld tests passed.", (long long)total);
}

struct json *
report_tests(const char *report, bool staff, char **feedback, bool *verified)
{
    struct json *list = json_array(), *whole = NULL;
    const struct json *tests;
    const char *why = NULL, *compile;
    char *said = NULL;
    int64_t total = 0;

    if (report != NULL && *report != '\0') {
        whole = json_parse(report, strlen(report), &why);
        if (whole == NULL)
            log_warn("report damaged", "why=\"%s\"", why);
    }
    tests = whole != NULL ? json_get(whole, "tests") : NULL;
    for (int i = 0; json_is_array(tests) && i < json_size(tests); i++) {
        const struct json *t = json_at(tests, i);
        enum level level = level_of(t, staff);

        json_push(list, show_test(t, level, staff));
        if (said == NULL && strcmp(text_of(t, "verdict"), "accepted") != 0)
            said = say_failure(t, level);
    }
    if (verified != NULL)
        *verified = false;
    if (verified != NULL && whole != NULL)
        json_bool(json_get(whole, "verified"), verified);
    compile = whole != NULL ? json_text(json_get(whole, "compile")) : NULL;
    if (said == NULL && json_size(list) > 0 &&
        (!json_int(json_get(whole, "tests_total"), &total) ||
         total == json_size(list)))
        said = say_success(json_size(list));
    if (said == NULL && json_size(list) == 0 && compile != NULL)
        said = xstrdup(compile);
    json_free(whole);
    *feedback = said != NULL ? said : xstrdup("");
    return list;
}
