/* grader/judge.c, grader/probe.c: what needs no box. */
#include "grader/judge_internal.h"
#include "grader/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* -- commands and limits -- */

static void
commands(void **state)
{
    static char cc[] = "/usr/bin/cc", o[] = "-o{artefact}", s[] = "{source}",
                both[] = "{source}{artefact}{other}", brace[] = "{";
    char *const command[] = {cc, o, s, both, brace, NULL};
    static const char *const more[] = {"list", "test.py", NULL};
    struct language l = {.artefact = "a.out"};
    char **argv = judge_argv(&l, command, "x.c", more);

    (void)state;
    assert_string_equal(argv[0], "/usr/bin/cc");
    assert_string_equal(argv[1], "-oa.out");
    assert_string_equal(argv[2], "x.c");
    assert_string_equal(argv[3], "x.ca.out{other}");
    assert_string_equal(argv[4], "{");
    assert_string_equal(argv[5], "list");
    assert_string_equal(argv[6], "test.py");
    assert_null(argv[7]);
    judge_argv_free(argv);
    judge_argv_free(NULL);
}

static void
limits(void **state)
{
    struct package p = {.time_limit_ms = 1500,
                        .memory_limit_kb = 65536,
                        .output_limit_kb = 1024};
    struct language l = {
        .time_factor = 2, .memory_extra_kb = 1000, .processes = 5};
    struct judge_job job = {.package = &p, .language = &l};
    struct run_limits r;

    (void)state;
    judge_limits(&job, &r);
    assert_int_equal(r.cpu_ms, 3000);
    assert_int_equal(r.wall_ms, 11000);
    assert_int_equal(r.memory_kb, 66536);
    assert_int_equal(r.output_kb, 1024);
    assert_int_equal(r.processes, 5);
    /* whatever the factor, box takes it */
    p.time_limit_ms = 60000;
    l.time_factor = 100;
    judge_limits(&job, &r);
    assert_true(r.wall_ms <= 600000);
}

/* -- the report -- */

struct watched {
    size_t calls;
    size_t stop_at;
    char name[64];
};

static bool
watch(void *cookie, const struct judge_test *test, size_t done, size_t total)
{
    struct watched *w = cookie;

    assert_int_equal(total, 5);
    if (test == NULL)
        return w->calls < w->stop_at;
    assert_int_equal(done, ++w->calls);
    strncpy(w->name, test->name, sizeof w->name - 1);
    return w->calls < w->stop_at;
}

static void
adding(void **state)
{
    struct watched w = {.stop_at = 3};
    struct judge j = {
        .watch = watch, .cookie = &w, .total = 5, .tests = json_array()};
    struct judge_outcome o = {.name = "sample/1",
                              .verdict = VERDICT_ACCEPTED,
                              .feedback = FEEDBACK_FULL,
                              .sample = true,
                              .weight = 2,
                              .time_ms = 7,
                              .memory_kb = 100,
                              .input = "a\0b",
                              .input_size = 3};
    const struct json *t;

    (void)state;
    assert_true(judge_add(&j, &o));
    assert_string_equal(w.name, "sample/1");
    o.verdict = VERDICT_TIME_LIMIT;
    o.feedback = FEEDBACK_NONE;
    o.time_ms = 5;
    o.memory_kb = 200;
    assert_true(judge_add(&j, &o));
    assert_string_equal(w.name, ""); /* hidden from the student's page */
    o.verdict = VERDICT_WRONG_ANSWER;
    o.name = "third";
    assert_true(judge_tick(&j, NULL, 0));
    assert_false(judge_add(&j, &o)); /* the watch said stop */
    assert_false(judge_tick(&j, NULL, 0));
    assert_true(j.stopped);

    /* the first that is not accepted; the sum of weights; the largest */
    assert_int_equal(j.verdict, VERDICT_TIME_LIMIT);
    assert_true(j.earned == 2);
    assert_int_equal(j.time_ms, 7);
    assert_int_equal(j.memory_kb, 200);
    assert_int_equal(json_size(j.tests), 3);
    t = json_at(j.tests, 0);
    assert_string_equal(json_text(json_get(t, "input")), "a\xef\xbf\xbd"
                                                         "b");
    assert_string_equal(json_text(json_get(t, "feedback")), "full");
    assert_null(json_get(t, "actual"));
    t = json_at(j.tests, 1); /* the report has what the page has not */
    assert_string_equal(json_text(json_get(t, "name")), "sample/1");
    assert_string_equal(json_text(json_get(t, "verdict")), "time_limit");
    json_free(j.tests);
}

static void
bounded(void **state)
{
    const size_t size = 100000;
    char *text = malloc(size), *whole;
    struct judge j = {.tests = json_array()};
    struct judge_outcome o = {.name = "t", .verdict = VERDICT_WRONG_ANSWER};
    size_t length;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', size);
    o.input = o.expected = o.actual = o.stderr_text = text;
    o.input_size = o.expected_size = o.actual_size = o.stderr_size = size;
    for (int i = 0; i < 500; i++)
        assert_true(judge_add(&j, &o));
    whole = json_print(j.tests, &length);
    assert_true(length < 3 * JUDGE_REPORT_KEEP);
    free(whole);
    free(text);
    json_free(j.tests);
}

/* -- the probe -- */

static void
probing(void **state)
{
    static char echo[] = "/bin/echo", word[] = "Echo 1.0\nsecond line",
                no[] = "/bin/false", none[] = "/no/such/program",
                yes[] = "/usr/bin/yes", sh[] = "/bin/sh", c[] = "-c",
                odd[] = "printf 'A\\033[1mB\\377'", env[] = "echo $HOME.$PATH";
    struct language l[] = {
        {.id = "echo", .version = {echo, word}},
        {.id = "false", .version = {no}},
        {.id = "none", .version = {none}, .build = "old"},
        {.id = "yes", .version = {yes}},
        {.id = "odd", .version = {sh, c, odd}},
        {.id = "env", .version = {sh, c, env}},
    };

    (void)state;
    probe_languages(l, sizeof l / sizeof *l);
    assert_string_equal(l[0].build, "Echo 1.0 judge-" JUDGE_VERSION);
    assert_string_equal(l[1].build, "");
    assert_string_equal(l[2].build, ""); /* it was there, and is gone */
    assert_string_equal(l[3].build, ""); /* does not end by itself */
    assert_string_equal(l[4].build, "A\xef\xbf\xbd[1mB\xef\xbf\xbd "
                                    "judge-" JUDGE_VERSION);
    assert_string_equal(l[5].build, "./usr/bin:/bin judge-" JUDGE_VERSION);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands), cmocka_unit_test(limits),
        cmocka_unit_test(adding),   cmocka_unit_test(bounded),
        cmocka_unit_test(probing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
