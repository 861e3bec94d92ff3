/* The array literal of builds, which PostgreSQL reads in grading_claim(). */
#include "core/runtime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_builds(void **state)
{
    static const struct runtime r[] = {
        {"c", "gcc (Debian 12.2.0-14) 12.2.0, judge-1"},
        {"odd", "a \"quoted\" \\ {build}"},
    };
    struct buf b = {0};
    (void)state;
    runtime_builds(r, 2, &b);
    assert_string_equal(b.data, "{\"c\ngcc (Debian 12.2.0-14) 12.2.0, "
                                "judge-1\",\"odd\na \\\"quoted\\\" \\\\ "
                                "{build}\"}");
    buf_free(&b);
    runtime_builds(r, 0, &b);
    assert_string_equal(b.data, "{}");
    buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
