/* lib/yaml.c: the tree, line numbers, and what is refused. */
#include "lib/yaml.h"

#include "lib/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct yaml *
parse(const char *text)
{
    char *why;
    int line;
    struct yaml *y = yaml_parse(text, strlen(text), &why, &line);

    if (y == NULL)
        fail_msg("line %d: %s", line, why);
    return y;
}

static void
tree(void **state)
{
    struct yaml *y = parse("a: 1\n"
                           "list:\n"
                           "  - x\n"
                           "  - {k: 'v w'}\n"
                           "text: |\n"
                           "  two\n"
                           "  lines\n"
                           "empty:\n");
    const struct yaml *list = yaml_get(y, "list");

    (void)state;
    assert_int_equal(yaml_kind(y), YAML_MAP);
    assert_int_equal(yaml_size(y), 4);
    assert_string_equal(yaml_key(y, 1), "list");
    assert_null(yaml_key(y, 4));
    assert_string_equal(yaml_text(yaml_get(y, "a")), "1");
    assert_int_equal(yaml_line(yaml_get(y, "a")), 1);
    assert_int_equal(yaml_kind(list), YAML_LIST);
    assert_int_equal(yaml_size(list), 2);
    assert_int_equal(yaml_line(yaml_at(list, 1)), 4);
    assert_null(yaml_at(list, 2));
    assert_string_equal(yaml_text(yaml_get(yaml_at(list, 1), "k")), "v w");
    assert_string_equal(yaml_text(yaml_get(y, "text")), "two\nlines\n");
    assert_true(yaml_is_null(yaml_get(y, "empty")));
    assert_null(yaml_text(yaml_get(y, "empty")));
    assert_null(yaml_text(list));
    assert_null(yaml_get(y, "b"));
    assert_null(yaml_get(list, "x"));
    assert_null(yaml_get(NULL, "x"));
    yaml_free(y);
    yaml_free(NULL);

    y = parse("");
    assert_int_equal(yaml_kind(y), YAML_MAP);
    assert_int_equal(yaml_size(y), 0);
    yaml_free(y);
}

static void
scalars(void **state)
{
    static const struct {
        const char *text;
        bool is_number;
        double number;
        int truth; /* -1 neither */
    } cases[] = {
        {"1", true, 1, -1},       {"-2.5e3", true, -2500, -1},
        {"'7'", true, 7, -1},     {"0", true, 0, -1},
        {".5", true, 0.5, -1},    {"nan", false, 0, -1},
        {".nan", false, 0, -1},   {".inf", false, 0, -1},
        {"inf", false, 0, -1},    {"1e999", false, 0, -1},
        {"0x10", false, 0, -1},   {"1 2", false, 0, -1},
        {"true", false, 0, 1},    {"yes", false, 0, 1},
        {"'true'", false, 0, -1}, {"off", false, 0, 0},
        {"FALSE", false, 0, 0},   {"tRue", false, 0, -1},
        {"''", false, 0, -1},     {"-", false, 0, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = xasprintf("v: %s\n", cases[i].text);
        struct yaml *y = strcmp(cases[i].text, "-") == 0 ? parse("v: '-'")
                                                         : parse(text);
        const struct yaml *v = yaml_get(y, "v");
        double d = 0;
        bool b = false;

        assert_int_equal(yaml_number(v, &d), cases[i].is_number);
        if (cases[i].is_number)
            assert_true(d == cases[i].number);
        assert_int_equal(yaml_bool(v, &b), cases[i].truth != -1);
        if (cases[i].truth != -1)
            assert_int_equal(b, cases[i].truth);
        yaml_free(y);
        free(text);
    }
}

static void
check_refused(const char *text, size_t size, int line, const char *want)
{
    char *why = NULL;
    int at = 0;
    struct yaml *y = yaml_parse(text, size, &why, &at);

    assert_null(y);
    if (strstr(why, want) == NULL || at != line)
        fail_msg("%d: %s (not %d: %s)", at, why, line, want);
    free(why);
}

static void
refused(void **state)
{
    static const struct {
        const char *text;
        int line;
        const char *why;
    } cases[] = {
        {"a: &x 1\nb: *x\n", 1, "anchors"},
        {"a: *x\n", 1, "aliases"},
        {"a: !!python/object 1\n", 1, "tags"},
        {"a: !t [1]\n", 1, "tags"},
        {"a: 1\nb: 2\na: 3\n", 3, "twice"},
        {"a: {b: 1, b: 2}\n", 1, "twice"},
        {"[a]: 1\n", 1, "no plain word"},
        {"? {a: b}\n: 1\n", 1, "no plain word"},
        {"a: 1\n---\nb: 2\n", 3, "second document"},
        {"a: \"x\\0y\"\n", 1, "NUL"},
        {"a: [1\n", 2, ""},
        {"a: 'x\n", 2, ""},
        {"\tb: 1\n", 1, ""},
        {"a: b: c\n", 1, ""},
        {"a: \xff\n", 1, ""},
    };
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i].text, strlen(cases[i].text), cases[i].line,
                      cases[i].why);
    for (int i = 0; i < 5000; i++)
        buf_str(&b, "[");
    check_refused(b.data, b.size, 1, "too deeply");
    buf_free(&b);
    for (int i = 0; i < 20000; i++)
        buf_str(&b, "- x\n");
    check_refused(b.data, b.size, YAML_NODES_MAX, "too many");
    buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree),
        cmocka_unit_test(scalars),
        cmocka_unit_test(refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
