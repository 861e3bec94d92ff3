/* core/package*.c: checkers, and the flags that are their arguments. */
#include "test/unit/test_package.h"

static void
check_refused(const struct file *change, size_t nchange, const char *want)
{
    struct buf b = pack(io_files, COUNT(io_files), change, nchange), why = {0};
    struct package *p;

    assert_int_equal(package_read("slug", b.data, b.size, &p, &why),
                     ERR_INVALID);
    if (strstr(why.data, want) == NULL)
        fail_msg("%snot: %s", why.data, want);
    buf_free(&b);
    buf_free(&why);
}

/* The nearest list is the one that counts, after problem.yaml's. */
static void
flags_replace(void **state)
{
    static const struct file more[] = {
        {"problem.yaml", "problem_format_version: 2025-09\nname: Sum\n"
                         "validator_flags: space_change_sensitive\n"
                         "assay: {run: first_failure}\n"},
        {"data/secret/test_group.yaml",
         "output_validator_args: [case_sensitive, float_tolerance, 1e-3]\n"},
        {"data/secret/1.yaml", "output_validator_args: [\n"
                               "  float_absolute_tolerance, '0.5']\n"},
        {"data/secret/2.in", "2"},
        {"data/secret/2.ans", "2"},
        {"data/secret/2.yaml", "output_validator_args: []\n"},
        {"data/secret/3.in", "3"},
        {"data/secret/3.ans", "3"},
    };
    struct package *p = read_good(io_files, COUNT(io_files), more, COUNT(more));
    const struct package_compare *c = &p->tests[0].compare;

    (void)state;
    assert_true(p->stop_at_failure);
    assert_null(p->checker.source.name);
    assert_true(c->space_change_sensitive && !c->case_sensitive);
    assert_null(p->tests[0].args);
    c = &p->tests[1].compare;
    assert_true(c->space_change_sensitive && !c->case_sensitive);
    assert_true(c->float_absolute == 0.5 && c->float_relative < 0);
    c = &p->tests[2].compare;
    assert_true(c->space_change_sensitive && !c->case_sensitive);
    assert_true(c->float_absolute < 0);
    c = &p->tests[3].compare;
    assert_true(c->space_change_sensitive && c->case_sensitive);
    assert_true(c->float_absolute == 1e-3 && c->float_relative == 1e-3);
    package_free(p);
}

static void
checker(void **state)
{
    static const struct file more[] = {
        {"problem.yaml", "problem_format_version: 2025-09\nname: Sum\n"
                         "limits: {validation_time: 3, validation_memory: 64, "
                         "validation_output: 1}\n"
                         "output_validator_flags: --all\n"},
        {"data/secret/1.yaml", "output_validator_args: [any, 'two words', "
                               "float_tolerance]\n"},
        {"output_validator/check.cpp", "int main() { return 42; }\n"},
    };
    struct package *p = read_good(io_files, COUNT(io_files), more, COUNT(more));

    (void)state;
    assert_false(p->stop_at_failure);
    assert_string_equal(p->checker.source.name, "output_validator/check.cpp");
    assert_string_equal(p->checker.source.data, "int main() { return 42; }\n");
    assert_string_equal(p->checker.language, "cpp");
    assert_int_equal(p->checker.time_limit_ms, 3000);
    assert_int_equal(p->checker.memory_limit_kb, 65536);
    assert_int_equal(p->checker.output_limit_kb, 1024);
    assert_string_equal(p->tests[0].args[0], "--all");
    assert_null(p->tests[0].args[1]);
    assert_string_equal(p->tests[1].args[0], "--all");
    assert_string_equal(p->tests[1].args[2], "two words");
    assert_string_equal(p->tests[1].args[3], "float_tolerance");
    assert_null(p->tests[1].args[4]);
    /* whose languages are not the students' */
    assert_int_equal(p->nlanguages, 1);
    package_free(p);
}

static void
legacy_checker(void **state)
{
    static const struct file more[] = {
        {"problem.yaml", "name: Sum\nvalidation: custom\n"
                         "validator_flags: one two\n"},
        {"data/secret/testdata.yaml",
         "output_validator_flags: {name: check, flags: three}\n"},
        {"output_validators/check/check.py", "raise SystemExit(42)\n"},
    };
    static const struct file twice[] = {
        {"output_validator/a.py", ""},
        {"output_validator/b.py", ""},
    };
    static const struct file unsaid[] = {
        {"problem.yaml", "name: Sum\n"},
        {"output_validators/a.py", ""},
    };
    static const struct file many[] = {
        {"problem.yaml", "name: Sum\nvalidation: custom\nvalidator_flags: "
                         "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n"},
        {"output_validators/a.py", ""},
    };
    struct package *p = read_good(io_files, COUNT(io_files), more, COUNT(more));

    (void)state;
    assert_string_equal(p->checker.language, "python3");
    assert_string_equal(p->tests[1].args[1], "two");
    assert_string_equal(p->tests[1].args[2], "three");
    assert_null(p->tests[1].args[3]);
    package_free(p);
    check_refused(twice, COUNT(twice),
                  "output_validator/b.py: a checker is "
                  "one source file, and output_validator/"
                  "a.py is there already");
    check_refused(unsaid, COUNT(unsaid), "does not say `validation: custom`");
    check_refused(many, COUNT(many), "more than 16 arguments of the checker");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_replace),
        cmocka_unit_test(checker),
        cmocka_unit_test(legacy_checker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
