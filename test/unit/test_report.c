/* core/report.c: what a reader may see of a report. */
#include "core/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEST(name, verdict, feedback)                                          \
    "{\"name\":\"" name "\",\"verdict\":\"" verdict                            \
    "\",\"sample\":false,\"feedback\":\"" feedback                             \
    "\",\"time_ms\":3,\"memory_kb\":812,\"points\":1,\"message\":\"m-" name    \
    "\",\"input\":\"i-" name "\",\"expected\":\"e-" name                       \
    "\",\"actual\":\"a-" name "\",\"stderr\":\"s-" name                        \
    "\",\"judge\":\"j-" name "\"}"

static const char all_levels[] =
    "{\"verified\":true,\"tests\":[" TEST("full", "accepted", "full") "," TEST(
        "message", "accepted",
        "message") "," TEST("name", "accepted",
                            "name") "," TEST("none", "wrong_answer",
                                             "none") "," TEST("odd",
                                                              "wrong_answer",
                                                              "everything") "],"
                                                                            "\""
                                                                            "te"
                                                                            "st"
                                                                            "s_"
                                                                            "to"
                                                                            "ta"
                                                                            "l"
                                                                            "\""
                                                                            ":5"
                                                                            "}";

/* The keys of test `i`, in order, with blanks between. */
static void
check_keys(const struct json *tests, int i, const char *want)
{
    static const char *const keys[] = {
        "name",   "verdict", "sample",  "time_ms",  "memory_kb",
        "points", "message", "input",   "expected", "actual",
        "stderr", "judge",   "feedback"};
    const struct json *t = json_at(tests, i);
    char got[200] = "";
    int n = 0;

    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (json_get(t, keys[k]) != NULL) {
            strcat(strcat(got, n++ > 0 ? " " : ""), keys[k]);
        }
    assert_string_equal(got, want);
    assert_int_equal(json_size(t), n);
}

#define NAME    "name verdict sample time_ms memory_kb points"
#define MESSAGE NAME " message"
#define FULL    MESSAGE " input expected actual stderr"

static void
learner(void **state)
{
    char *feedback, *text;
    struct json *tests = report_tests(all_levels, false, &feedback, NULL);

    (void)state;
    assert_int_equal(json_size(tests), 5);
    check_keys(tests, 0, FULL);
    check_keys(tests, 1, MESSAGE);
    check_keys(tests, 2, NAME);
    check_keys(tests, 3, "name verdict sample");
    check_keys(tests, 4, "name verdict sample"); /* unknown words hide */
    assert_string_equal(json_text(json_get(json_at(tests, 3), "name")), "");
    assert_string_equal(feedback, "A hidden test failed: wrong answer.");
    text = json_print(tests, NULL);
    for (size_t i = 0; i < 5; i++) {
        static const char *const hidden[] = {"i-message", "e-message", "m-name",
                                             "i-none", "m-none"};

        assert_null(strstr(text, hidden[i]));
    }
    free(text);
    free(feedback);
    json_free(tests);
}

static void
staff(void **state)
{
    char *feedback;
    struct json *tests = report_tests(all_levels, true, &feedback, NULL);

    (void)state;
    for (int i = 0; i < 5; i++)
        check_keys(tests, i, FULL " judge");
    assert_string_equal(feedback, "Test none: m-none");
    free(feedback);
    json_free(tests);
}

static void
check(const char *report, bool is_staff, int size, const char *want)
{
    char *feedback = NULL;
    struct json *tests = report_tests(report, is_staff, &feedback, NULL);

    assert_true(json_is_array(tests));
    assert_int_equal(json_size(tests), size);
    assert_string_equal(feedback, want);
    free(feedback);
    json_free(tests);
}

static bool
says_verified(const char *report)
{
    char *feedback = NULL;
    bool verified = true;

    json_free(report_tests(report, false, &feedback, &verified));
    free(feedback);
    return verified;
}

static void
verified(void **state)
{
    (void)state;
    assert_true(says_verified("{\"verified\":true,\"tests\":[]}"));
    assert_false(says_verified("{\"verified\":false,\"tests\":[]}"));
    assert_false(says_verified("{\"tests\":[]}"));
    assert_false(says_verified("{"));
    assert_false(says_verified(""));
    assert_false(says_verified(NULL));
}

static void
feedback_lines(void **state)
{
    (void)state;
    check("{\"tests\":[" TEST("a", "accepted", "name") "],\"tests_total\":1}",
          false, 1, "The test passed.");
    check("{\"tests\":[" TEST("a", "accepted", "name") "," TEST(
              "b", "accepted", "none") "],\"tests_total\":2}",
          false, 2, "All 2 tests passed.");
    /* not all were run: nobody says that all passed */
    check("{\"tests\":[" TEST("a", "accepted", "name") "],\"tests_total\":2}",
          false, 1, "");
    check("{\"tests\":[" TEST("a", "accepted", "full") "," TEST(
              "b", "time_limit", "name") "," TEST("c", "wrong_answer",
                                                  "full") "],"
                                                          "\"tests_total\":3}",
          false, 3, "Test b: time limit exceeded.");
    check("{\"tests\":[" TEST("a", "runtime_error", "message") "]}", false, 1,
          "Test a: m-a");
    check("{\"compile\":\"solution.c:1: no\",\"tests\":[],\"tests_total\":5}",
          false, 0, "solution.c:1: no");
    /* warnings of a program that ran say nothing here */
    check("{\"compile\":\"warning\",\"tests\":[" TEST("a", "accepted",
                                                      "name") "],"
                                                              "\"tests_"
                                                              "total\":1}",
          false, 1, "The test passed.");
}

static void
damaged(void **state)
{
    static const char *const reports[] = {
        "",
        "null",
        "[]",
        "5",
        "{",
        "{\"tests\":5}",
        "{}",
        "{\"tests\":{}}",
        "{\"tests\":[],\"compile\":5}",
        "{} {}",
    };

    (void)state;
    check(NULL, false, 0, "");
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++)
        check(reports[i], i % 2 == 0, 0, "");
    check("{\"tests\":[5,null,{}]}", false, 3, "A hidden test failed: .");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learner),        cmocka_unit_test(staff),
        cmocka_unit_test(feedback_lines), cmocka_unit_test(verified),
        cmocka_unit_test(damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
