/* lib/json.c: strict where cJSON is lax, and field tables that name the
 * fault. */
#include "lib/json.h"
#include "lib/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
accepts(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{}",
        "[]",
        "null",
        "0",
        "-1.5e+10",
        " {\"a\": [1, 2, {\"b\": null}]} \n",
        "\"\\ud83d\\udc0d\"",
        "\"\\\\u0000\"",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const char *why = NULL;
        struct json *j = json_parse(good[i], strlen(good[i]), &why);
        assert_non_null(j);
        json_free(j);
    }
}

static void
refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "{]",
        "[1,]",
        "{\"a\":1,}",
        "{'a':1}",
        "{\"a\":1} {\"b\":2}",
        "{\"a\":1}x",
        "01",
        "1.",
        ".5",
        "1e",
        "0x10",
        "NaN",
        "-",
        "+1",
        "\"a\nb\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"abc",
        "{\"a\":1,\"a\":2}",
        "// c\n{}",
        "\xc3\x28",
        "\"\xed\xa0\x80\"",
        "[\x01]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *why = NULL;
        assert_null(json_parse(bad[i], strlen(bad[i]), &why));
        assert_non_null(why);
    }
    assert_null(json_parse("\"a\0b\"", 5, NULL));
}

static void
refuses_depth(void **state)
{
    const char *why = NULL;
    struct buf b = {0};
    (void)state;
    for (int i = 0; i < 100000; i++)
        buf_str(&b, "[");
    assert_null(json_parse(b.data, b.size, &why));
    assert_string_equal(why, "is nested too deep");
    buf_free(&b);
}

static const struct json_field fields[] = {
    {"language", JSON_TEXT, 8, true},
    {"code", JSON_TEXT, 0, true},
    {"times", JSON_INT, 10, false},
    {"loud", JSON_BOOL, 0, false},
};

static void
check(const char *text, const char *field, const char *why)
{
    const char *got_field = NULL, *got_why = NULL;
    struct json *j = json_parse(text, strlen(text), NULL);
    assert_non_null(j);
    enum err e = json_check(j, fields, 4, &got_field, &got_why);
    assert_int_equal(e, why ? ERR_INVALID : ERR_OK);
    if (why != NULL)
        assert_string_equal(got_why, why);
    if (field != NULL)
        assert_string_equal(got_field, field);
    json_free(j);
}

static void
field_tables(void **state)
{
    (void)state;
    check("{\"language\":\"c\",\"code\":\"\"}", NULL, NULL);
    check("{\"language\":\"c\",\"code\":\"\",\"times\":10,\"loud\":true}", NULL,
          NULL);
    check("[]", NULL, "must be a JSON object");
    check("{\"code\":\"x\"}", "language", "is missing");
    check("{\"language\":\"c\"}", "code", "is missing");
    check("{\"language\":1,\"code\":\"x\"}", "language", "must be a string");
    check("{\"language\":null,\"code\":\"x\"}", "language", "must be a string");
    check("{\"language\":\"123456789\",\"code\":\"x\"}", "language",
          "is too long");
    check("{\"language\":\"c\",\"code\":\"x\",\"times\":1.5}", "times",
          "must be a whole number");
    check("{\"language\":\"c\",\"code\":\"x\",\"times\":1e999}", "times",
          "must be a whole number");
    check("{\"language\":\"c\",\"code\":\"x\",\"times\":11}", "times",
          "is too large");
    check("{\"language\":\"c\",\"code\":\"x\",\"loud\":1}", "loud",
          "must be true or false");
    check("{\"language\":\"c\",\"code\":\"x\",\"score\":1}", "score",
          "is not a field of this request");
    check("{\"Language\":\"c\",\"code\":\"x\"}", "Language",
          "is not a field of this request");
}

static void
writes(void **state)
{
    size_t size = 0;
    struct json *j = json_object(), *a = json_array();
    (void)state;
    json_add_text(j, "text", "\"\n\xc3\xa4");
    json_add_text(j, "none", NULL);
    json_add_int(j, "big", 9007199254740993);
    json_add_number(j, "half", 0.5);
    json_add_number(j, "whole", 100);
    json_add_bool(j, "yes", true);
    json_add_raw(j, "raw", "[1]");
    json_add_raw(j, "empty", "");
    json_add_output(j, "out", "a\0b", 3, 10);
    json_push_text(a, "x");
    json_add(j, "list", a);
    char *text = json_print(j, &size);
    assert_string_equal(text,
                        "{\"text\":\"\\\"\\n\xc3\xa4\",\"none\":null,"
                        "\"big\":9007199254740993,\"half\":0.5,\"whole\":100,"
                        "\"yes\":true,\"raw\":[1],\"empty\":null,"
                        "\"out\":\"a\xef\xbf\xbd"
                        "b\",\"list\":[\"x\"]}");
    assert_int_equal(size, strlen(text));
    free(text);
    json_free(j);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),       cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_depth), cmocka_unit_test(field_tables),
        cmocka_unit_test(writes),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
