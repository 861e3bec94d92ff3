/* grader/compare.c: the semantics of the default output validator. */
#include "grader/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct package_compare plain = {false, false, -1, -1};
static const struct package_compare exact = {true, true, -1, -1};
static const struct package_compare cased = {true, false, -1, -1};
static const struct package_compare spaced = {false, true, -1, -1};
static const struct package_compare absolute = {false, false, 1e-6, -1};
static const struct package_compare relative = {false, false, -1, 0.01};
static const struct package_compare both = {false, false, 0.5, 0.01};

static const struct {
    const struct package_compare *rules;
    const char *expected, *actual;
    bool same;
} cases[] = {
    {&plain, "", "", true},
    {&plain, "", " \n\t\n", true},
    {&plain, "", "x", false},
    {&plain, "x", "", false},
    {&plain, "5\n", "5", true},
    {&plain, "5\n", "5 \r\n\n", true},
    {&plain, "1 2 3\n", "1\n2\n3\n", true},
    {&plain, "1 2 3", "1 2", false},
    {&plain, "1 2 3", "1 2 3 4", false},
    {&plain, "12 3", "1 23", false},
    {&plain, "Hello", "hELLO", true},
    {&plain, "5", "5.0", false},
    {&plain, "5", "05", false},
    {&plain, "\xc3\x84", "\xc3\xa4", false}, /* ASCII case only */
    {&cased, "Hello", "hello", false},
    {&cased, "Hello\n", "  Hello", true},
    {&spaced, "a b\n", "A b\n", true},
    {&spaced, "a b\n", "a  b\n", false},
    {&spaced, "a b\n", "a b", false},
    {&spaced, "a b", "a b\n", false},
    {&spaced, "a b\n", "a\tb\n", false},
    {&spaced, "\na\n", "a\n", false},
    {&exact, "a b\n", "a b\n", true},
    {&exact, "a b\n", "a B\n", false},
    {&absolute, "1.0", "1.0000009", true},
    {&absolute, "1.0", "1.00001", false},
    {&absolute, "1", "1e0", true},
    {&absolute, "1000", "1.0E+3", true},
    {&absolute, ".5", "0.5", true},
    {&absolute, "5.", "5", true},
    {&absolute, "0", "-0", true},
    {&absolute, "-2.5", "+2.5", false},
    {&absolute, "0.5", "nan", false},
    {&absolute, "0.5", "inf", false},
    {&absolute, "16", "0x10", false},
    {&absolute, "1", "1e", false},
    {&absolute, "1", "1.0x", false},
    {&absolute, "1", "", false},
    {&absolute, "1", ".", false},
    {&absolute, "1", "--1", false},
    {&absolute, "1e999", "1e999", true}, /* the same text */
    {&absolute, "1e999", "2e999", false},
    {&absolute, "1e999", "0", false},
    {&absolute, "word", "Word", true},
    {&absolute, "word", "1.0", false},
    {&relative, "1000", "1009", true},
    {&relative, "1000", "1011", false},
    {&relative, "1e999", "5", false},
    {&relative, "0", "0.0001", false},
    {&relative, "0", "0.0", true},
    {&both, "0", "0.4", true},     /* absolute is enough */
    {&both, "1000", "1009", true}, /* relative is enough */
    {&both, "10", "11", false},
};

static void
table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf message = {0};
        bool same = compare_outputs(cases[i].rules, cases[i].expected,
                                    strlen(cases[i].expected), cases[i].actual,
                                    strlen(cases[i].actual), &message);

        if (same != cases[i].same)
            fail_msg("case %zu: \"%s\" and \"%s\": %s", i, cases[i].expected,
                     cases[i].actual, same ? "the same" : "different");
        /* a message exactly where there is a difference */
        assert_int_equal(same, message.size == 0);
        buf_free(&message);
    }
}

static void
check_message(const struct package_compare *rules, const char *expected,
              const char *actual, size_t size, const char *want)
{
    struct buf message = {0};

    assert_false(compare_outputs(rules, expected, strlen(expected), actual,
                                 size, &message));
    assert_string_equal(message.data, want);
    buf_free(&message);
}

static void
messages(void **state)
{
    (void)state;
    check_message(&plain, "1 2\n3\n", "1 2\n4\n", 6,
                  "Line 2, word 1: expected \"3\", got \"4\".");
    check_message(&plain, "1 2", "1", 1,
                  "Expected \"2\", got the end of the output.");
    check_message(&plain, "1", "1 2", 3,
                  "Line 1, word 2: expected the end of the output, got \"2\".");
    check_message(&cased, "Hello", "hello", 5,
                  "Line 1, word 1: expected \"Hello\", got \"hello\" (upper "
                  "and lower case differ).");
    check_message(&spaced, "a b\n", "a\nb\n", 4,
                  "Line 1, after word 1: expected a blank, got a new line.");
    check_message(&spaced, "a\n", "a", 1,
                  "Line 1, after word 1: expected a new line, got the end of "
                  "the output.");
    /* what the program printed cannot write on a terminal or a page */
    check_message(&plain, "x", "\x1b[2Jy\0z", 7,
                  "Line 1, word 1: expected \"x\", got "
                  "\"\xef\xbf\xbd[2Jy\xef\xbf\xbdz\".");
}

static void
nul_and_huge(void **state)
{
    const size_t size = 8 << 20;
    char *a = malloc(size), *b = malloc(size);
    struct buf message = {0};

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    /* a NUL is a character of a word, not the end of the text */
    assert_false(compare_outputs(&plain, "a", 1, "a\0b", 3, NULL));
    assert_true(compare_outputs(&plain, "a\0b", 3, "A\0B", 3, NULL));
    assert_false(compare_outputs(&plain, "a\0b", 3, "a\0c", 3, NULL));
    assert_true(compare_outputs(&plain, "", 0, NULL, 0, NULL));

    memset(a, 'x', size);
    memset(b, 'x', size);
    assert_true(compare_outputs(&exact, a, size, b, size, NULL));
    b[size - 1] = 'y';
    assert_false(compare_outputs(&exact, a, size, b, size, &message));
    assert_true(message.size < 300);
    buf_free(&message);
    /* a number of eight million digits is not converted */
    memset(a, '1', size);
    memset(b, '1', size);
    b[0] = '2';
    assert_false(compare_outputs(&both, a, size, b, size, NULL));
    free(a);
    free(b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(messages),
        cmocka_unit_test(nul_and_huge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
