/* lib/text.c: what is UTF-8, what is a number, what a program's output
 * becomes. */
#include "lib/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        bool ok;
    } cases[] = {
        {"", 0, true},
        {"plain", 5, true},
        {"\xc3\xa4", 2, true},          /* ä */
        {"\xe2\x82\xac", 3, true},      /* € */
        {"\xf0\x9f\x90\x8d", 4, true},  /* snake */
        {"\xf4\x8f\xbf\xbf", 4, true},  /* U+10FFFF */
        {"\xc3\x28", 2, false},         /* no continuation */
        {"\xc0\x80", 2, false},         /* overlong NUL */
        {"\xe0\x80\xaf", 3, false},     /* overlong / */
        {"\xed\xa0\x80", 3, false},     /* surrogate */
        {"\xf4\x90\x80\x80", 4, false}, /* above U+10FFFF */
        {"\xf8\x88\x80\x80\x80", 5, false},
        {"\xe2\x82", 2, false}, /* cut */
        {"a\0b", 3, false},     /* NUL */
        {"\x80", 1, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(text_is_utf8(cases[i].text, cases[i].size),
                         cases[i].ok);
}

static void
check_clean(const char *in, size_t size, size_t max, const char *want)
{
    char *got = text_clean(in, size, max);
    assert_string_equal(got, want);
    assert_true(text_is_utf8(got, strlen(got)));
    free(got);
}

static void
clean(void **state)
{
    (void)state;
    check_clean("a\tb\n", 4, 100, "a\tb\n");
    check_clean("a\r\nb", 4, 100, "a\nb");
    check_clean("\x1b]0;x", 5, 100, "\xef\xbf\xbd]0;x"); /* terminal title */
    check_clean("a\0b", 3, 100,
                "a\xef\xbf\xbd"
                "b");
    check_clean("\xff", 1, 100, "\xef\xbf\xbd");
    check_clean("\xc2\x9b", 2, 100, "\xef\xbf\xbd");     /* C1 CSI */
    check_clean("\xe2\x80\xae", 3, 100, "\xef\xbf\xbd"); /* U+202E */
    check_clean("\xe2\x81\xa6", 3, 100, "\xef\xbf\xbd"); /* U+2066 */
    check_clean("\xe2\x80\xa9", 3, 100, "\xe2\x80\xa9"); /* U+2029 */
    check_clean("\xc3\xa4\xc3\xa4", 4, 3, "\xc3\xa4…");
    check_clean("abcdef", 6, 3, "abc…");
    check_clean("", 0, 0, "");
}

static void
numbers(void **state)
{
    int64_t n = 7;
    (void)state;
    assert_true(text_to_int("0", 0, 10, &n));
    assert_int_equal(n, 0);
    assert_true(text_to_int("-3", -5, 5, &n));
    assert_int_equal(n, -3);
    assert_true(text_to_int("9223372036854775807", 0, INT64_MAX, &n));
    static const char *const bad[] = {
        "",    "-",   "+1",  " 1", "1 ", "0x10",
        "1e3", "1.0", "abc", "11", "-1", "9223372036854775808",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_to_int(bad[i], 0, 10, &n));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8),
        cmocka_unit_test(clean),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
