/* grader/judge_rerun.c: which runs are looked at twice, and how often. */
#include "grader/judge_rerun.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool
is_near(enum run_end end, int64_t limit, int64_t cpu, int64_t wall,
        int64_t starved)
{
    struct run_limits l = {.cpu_ms = limit, .wall_ms = 3 * limit + 2000};
    struct run_result r = {
        .end = end, .cpu_ms = cpu, .wall_ms = wall, .starved_ms = starved};

    return rerun_is_near(&l, &r);
}

static void
near_the_limit(void **state)
{
    (void)state;
    /* it ended by itself, between 1000 ms and the kill at 1350 ms */
    assert_true(is_near(RUN_CPU, 1000, 1001, 1100, 0));
    assert_true(is_near(RUN_CPU, 1000, 1349, 1400, 0));
    /* it was killed */
    assert_false(is_near(RUN_CPU, 1000, 1350, 1400, 0));
    assert_false(is_near(RUN_CPU, 1000, 9000, 9000, 9000));
    /* a pause of the host for so long would be dear */
    assert_true(is_near(RUN_CPU, RERUN_CPU_MAX_MS, RERUN_CPU_MAX_MS + 1, 1, 0));
    assert_false(
        is_near(RUN_CPU, RERUN_CPU_MAX_MS + 1, RERUN_CPU_MAX_MS + 2, 1, 0));
    /* whatever else ended it */
    assert_false(is_near(RUN_EXITED, 1000, 999, 1400, 400));
    assert_false(is_near(RUN_EXITED, 1000, 1001, 1400, 400));
    assert_false(is_near(RUN_SIGNALED, 1000, 1001, 1400, 400));
    assert_false(is_near(RUN_MEMORY, 1000, 1001, 1400, 400));
    assert_false(is_near(RUN_OUTPUT, 1000, 1001, 1400, 400));
}

static void
starved(void **state)
{
    (void)state;
    /* 4.9 s without running, most of them for want of a core */
    assert_true(is_near(RUN_WALL, 1000, 100, 5000, 4000));
    assert_true(is_near(RUN_WALL, 1000, 100, 5000, 2451));
    assert_false(is_near(RUN_WALL, 1000, 100, 5000, 2450));
    /* it slept; or nobody knows */
    assert_false(is_near(RUN_WALL, 1000, 0, 5000, 10));
    assert_false(is_near(RUN_WALL, 1000, 100, 5000, 0));
    assert_false(is_near(RUN_WALL, 1000, 5000, 5000, 0));
}

static int
take_all(struct rerun_budget *b, int64_t now)
{
    int n = 0;

    while (rerun_budget_take(b, now))
        n++;
    return n;
}

static void
one_in_twenty(void **state)
{
    struct rerun_budget b = {0};
    int taken = 0;

    (void)state;
    assert_int_equal(take_all(&b, 1000), 1); /* in advance */
    for (int i = 0; i < RERUN_SHARE - 1; i++)
        rerun_budget_run(&b);
    assert_int_equal(take_all(&b, 1000), 0);
    rerun_budget_run(&b);
    assert_int_equal(take_all(&b, 1000), 1);
    for (int i = 0; i < 1000; i++) {
        rerun_budget_run(&b);
        taken += take_all(&b, 1000);
    }
    assert_int_equal(taken, 1000 / RERUN_SHARE);
    /* a quiet week is not spent at once */
    for (int i = 0; i < 1000000; i++)
        rerun_budget_run(&b);
    assert_int_equal(take_all(&b, 1000), RERUN_SAVED_MAX);
}

static void
share_of_time(void **state)
{
    struct rerun_budget b = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        rerun_budget_run(&b);
    assert_true(rerun_budget_take(&b, 5000));
    rerun_budget_held(&b, 100, 5100);
    assert_false(rerun_budget_take(&b, 5100));
    assert_false(rerun_budget_take(&b, 5100 + 100 * (RERUN_SHARE - 1) - 1));
    assert_true(rerun_budget_take(&b, 5100 + 100 * (RERUN_SHARE - 1)));
    /* the host was started anew, and the file was not in a tmpfs */
    rerun_budget_held(&b, 100, INT64_C(1000000000));
    assert_true(rerun_budget_take(&b, 10));
    /* the longest pause there may be is believed */
    rerun_budget_held(&b, RERUN_GATE_MS, 1000);
    assert_false(rerun_budget_take(&b, 1000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_the_limit),
        cmocka_unit_test(starved),
        cmocka_unit_test(one_in_twenty),
        cmocka_unit_test(share_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
