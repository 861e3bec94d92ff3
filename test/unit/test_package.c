/* core/package*.c: good packages, legacy ones, and every reason to refuse.
 */
#include "test/unit/test_package.h"

#include <sys/stat.h>
#include <unistd.h>

static const struct file unittest_files[] = {
    {"problem.yaml", "problem_format_version: 2025-09\nname: Hello\n"},
    {"statement/problem.en.md", "Say hello.\n"},
    {"submissions/accepted/hello.py", "def hello(): return 'Hello'\n"},
    {"tests/test_hello.py", "class T:\n    def test_a(self):\n        pass\n"
                            "    async def test_b(self):\n        pass\n"},
};

/* -- good ones -- */

static void
io_kind(void **state)
{
    struct package *p = read_good(io_files, COUNT(io_files), NULL, 0);

    (void)state;
    assert_string_equal(p->slug, "slug");
    assert_string_equal(p->title, "Sum");
    assert_int_equal(p->kind, PACKAGE_IO);
    assert_string_equal(p->handout, "Add *two* numbers.\n");
    assert_string_equal(p->handout_html, "<p>Add <em>two</em> numbers.</p>\n");
    assert_int_equal(p->nlanguages, 1);
    assert_string_equal(p->languages[0], "python3");
    assert_int_equal(p->time_limit_ms, 2000);
    assert_int_equal(p->memory_limit_kb, 256 * 1024);
    assert_int_equal(p->ntests, 2);
    assert_int_equal(package_tests_total(p), 2);
    assert_string_equal(p->tests[0].name, "sample/1");
    assert_true(p->tests[0].sample);
    assert_int_equal(p->tests[0].feedback, FEEDBACK_FULL);
    assert_string_equal(p->tests[1].name, "secret/1");
    assert_string_equal(p->tests[1].input, "2 2\n");
    assert_string_equal(p->tests[1].answer, "4\n");
    assert_int_equal(p->tests[1].feedback, FEEDBACK_NAME);
    assert_int_equal(p->nsubmissions, 1);
    assert_string_equal(p->submissions[0].name, "accepted/sum.py");
    package_free(p);
    package_free(NULL);
}

static void
unittest_kind(void **state)
{
    struct package *p = read_good(unittest_files, COUNT(unittest_files), NULL,
                                  0);

    (void)state;
    assert_int_equal(p->kind, PACKAGE_UNITTEST);
    assert_int_equal(p->feedback, FEEDBACK_MESSAGE);
    assert_int_equal(p->nunittests, 1);
    assert_string_equal(p->unittests[0].name, "test_hello.py");
    assert_int_equal(package_tests_total(p), 2);
    package_free(p);
}

static void
everything_said(void **state)
{
    static const struct file more[] = {
        {"problem.yaml",
         "problem_format_version: \"2025-09\"\n"
         "type: [pass-fail]\n"
         "name: {fi: Summa, en: Sum of two}\n"
         "uuid: 0\n"
         "credits: {authors: Ada}\n"
         "keywords: [easy]\n"
         "limits: {time_limit: 0.5, memory: 64, output: 2, code: 100}\n"
         "languages: [python3, c]\n"
         "validator_flags: case_sensitive\n"
         "assay:\n"
         "  kind: io\n"
         "  points: 20\n"
         "  feedback: none\n"
         "  partial: yes\n"
         "  weights: {secret/big: 3, secret/big/02: 5}\n"},
        {"data/secret/1.in", NULL},
        {"data/secret/1.ans", NULL},
        {"data/secret/test_group.yaml", "output_validator_args:\n"
                                        "- float_tolerance\n- 1e-3\n"},
        {"data/secret/big/test_group.yaml", "full_feedback: true\n"},
        {"data/secret/big/01.in", "1"},
        {"data/secret/big/01.ans", "1"},
        {"data/secret/big/02.in", "2"},
        {"data/secret/big/02.ans", "2"},
        {"data/secret/big/02.yaml", "full_feedback: false\n"
                                    "output_validator_args: "
                                    "[space_change_sensitive]\n"},
        {"data/secret/small/01.in", "3"},
        {"data/secret/small/01.ans", "3"},
        {"starter/solution.py", "# start\n"},
        {"starter/solution.c", "/* start */\n"},
        {"statement/picture.svg", "<svg/>"},
        {"attachments/data.csv", "1,2\n"},
        {"input_validators/check.py", ""},
    };
    struct package *p = read_good(io_files, COUNT(io_files), more, COUNT(more));

    (void)state;
    assert_string_equal(p->title, "Sum of two");
    assert_int_equal(p->time_limit_ms, 500);
    assert_int_equal(p->memory_limit_kb, 65536);
    assert_int_equal(p->output_limit_kb, 2048);
    assert_true(p->points == 20);
    assert_true(p->partial);
    assert_int_equal(p->nlanguages, 2);
    assert_string_equal(p->languages[1], "c");
    assert_int_equal(p->nstarters, 2);
    assert_int_equal(p->nattachments, 2);
    assert_int_equal(p->ntests, 4);
    assert_true(p->tests[0].compare.case_sensitive);
    assert_true(p->tests[0].compare.float_absolute < 0);
    assert_string_equal(p->tests[1].name, "secret/big/01");
    assert_true(p->tests[1].compare.case_sensitive);
    assert_true(p->tests[1].compare.float_absolute == 1e-3);
    assert_true(p->tests[1].compare.float_relative == 1e-3);
    assert_int_equal(p->tests[1].feedback, FEEDBACK_FULL);
    assert_true(p->tests[1].weight == 3);
    assert_true(p->tests[2].compare.space_change_sensitive);
    assert_int_equal(p->tests[2].feedback, FEEDBACK_NONE);
    assert_true(p->tests[2].weight == 5);
    assert_true(p->tests[3].weight == 1);
    package_free(p);
}

static void
legacy(void **state)
{
    static const struct file more[] = {
        {"problem.yaml", "name: Sum\n"
                         "author: Ada\n"
                         "source_url: https://example.org/\n"
                         "validation: default\n"
                         "validator_flags: float_absolute_tolerance 1e-6 "
                         "float_relative_tolerance 1e-9\n"
                         "limits:\n"
                         "  time_limit: 3\n"
                         "  time_multiplier: 5\n"
                         "languages: python3 c\n"},
        {"statement/problem.en.md", NULL},
        {"problem_statement/problem.en.md", "Add.\n"},
        {"problem_statement/problem.sv.tex", "\\section{Summa}\n"},
        {"data/secret/testdata.yaml",
         "on_reject: break\noutput_validator_flags: case_sensitive\n"},
    };
    struct package *p = read_good(io_files, COUNT(io_files), more, COUNT(more));

    (void)state;
    assert_int_equal(p->time_limit_ms, 3000);
    assert_true(p->compare.float_absolute == 1e-6);
    assert_true(p->tests[1].compare.float_relative == 1e-9);
    assert_true(p->tests[1].compare.case_sensitive);
    assert_false(p->tests[0].compare.case_sensitive);
    assert_int_equal(p->nlanguages, 2);
    package_free(p);
}

/* -- refusals -- */

#define YAML(text)                                                             \
    {                                                                          \
        "problem.yaml", "problem_format_version: 2025-09\nname: Sum\n" text    \
    }

static const struct {
    struct file change;
    const char *why;
} refusals[] = {
    {{"problem.yaml", NULL}, "problem.yaml: is missing"},
    {{"problem.yaml", ""}, "problem.yaml: expected a `name`"},
    {{"problem.yaml", "name: [\n"}, "problem.yaml:2: not YAML"},
    {{"problem.yaml", "- a\n"}, "problem.yaml:1: expected `key: value`"},
    {{"problem.yaml", "name: ''\n"}, "problem.yaml:1: expected a title"},
    {{"problem.yaml", "name: {}\n"}, "problem.yaml:1: expected a title"},
    {{"problem.yaml", "name: [a]\n"}, "problem.yaml:1: expected a title"},
    {{"problem.yaml", "name: a\nname: b\n"}, "problem.yaml:2: not YAML"},
    {{"problem.yaml", "name: &a x\n"}, "anchors"},
    {{"problem.yaml", "problem_format_version: 2031-01\nname: a\n"},
     "problem.yaml:1: expected problem_format_version"},
    {{"problem.yaml", "name: a\nembargo_until: 2030-01-01\n"},
     "problem.yaml:2: unknown key `embargo_until`"},
    {YAML("author: Ada\n"), "problem.yaml:3: unknown key `author`"},
    {YAML("colour: red\n"), "problem.yaml:3: unknown key `colour`"},
    {YAML("type: scoring\n"), "problem.yaml:3: expected type pass-fail"},
    {YAML("type: [pass-fail, interactive]\n"), "expected type pass-fail"},
    {YAML("constants: {n: 5}\n"), "problem.yaml:3: constants"},
    {YAML("limits: 5\n"), "problem.yaml:3: expected `key: value`"},
    {YAML("limits: {time_limit: 0}\n"), "problem.yaml:3: expected a number"},
    {YAML("limits: {time_limit: -1}\n"), "expected a number"},
    {YAML("limits: {time_limit: .nan}\n"), "expected a number"},
    {YAML("limits: {time_limit: nan}\n"), "expected a number"},
    {YAML("limits: {time_limit: inf}\n"), "expected a number"},
    {YAML("limits: {time_limit: 1e9}\n"), "expected a number"},
    {YAML("limits: {time_limit: 1 s}\n"), "expected a number"},
    {YAML("limits: {time_limit: }\n"), "expected a number"},
    {YAML("limits: {memory: 0}\n"), "expected a number"},
    {YAML("limits: {output: 0}\n"), "expected a number"},
    {YAML("limits: {speed: 1}\n"), "unknown key `speed`"},
    {YAML("languages: []\n"), "expected a list of languages"},
    {YAML("languages: [c, c]\n"), "`c` is named twice"},
    {YAML("languages: [../c]\n"), "no language's code"},
    {YAML("validator_flags: case_insensitive\n"), "not `case_insensitive`"},
    {YAML("validator_flags: float_tolerance\n"), "not `float_tolerance`"},
    {YAML("validator_flags: float_tolerance -1\n"), "not `float_tolerance`"},
    {YAML("validator_flags: float_tolerance nan\n"), "not `float_tolerance`"},
    {YAML("validator_flags: {a: b}\n"), "expected a list of words"},
    {YAML("assay: {kind: essay}\n"), "expected io or unittest"},
    {YAML("assay: {points: -1}\n"), "expected a number"},
    {YAML("assay: {points: .inf}\n"), "expected a number"},
    {YAML("assay: {feedback: some}\n"), "expected full, message"},
    {YAML("assay: {partial: maybe}\n"), "expected true or false"},
    {YAML("assay: {weights: {secret/1: 0}}\n"), "expected a number"},
    {YAML("assay: {weights: {secret/1: -2}}\n"), "expected a number"},
    {YAML("assay: {weights: {secret/1: nan}}\n"), "expected a number"},
    {YAML("assay: {weights: {secret/2: 1}}\n"), "neither a test nor a group"},
    {YAML("assay: {weights: [1]}\n"), "expected a map"},
    {YAML("assay: {tests: 1}\n"), "unknown key `tests`"},
    {YAML("assay: {kind: unittest}\n"), "tests: expected at least one NAME.py"},
    {{"data/secret/1.ans", NULL}, "data/secret/1.ans: is missing"},
    {{"data/sample/1.in", NULL},
     "data/sample/1.in: is missing, though 1.ans is there"},
    {{"data/secret/2.in", "x"}, "data/secret/2.ans: is missing"},
    {{"data/secret/2.ans", "x"}, "data/secret/2.in: is missing"},
    {{"data/secret/notes", "x"}, "data/secret/notes: is no file of a test"},
    {{"data/other/1.in", "x"}, "expected data/sample or data/secret"},
    {{"data/1.in", "x"}, "expected data/sample or data/secret"},
    {{"data/sample/1.in", "\xff"}, "a sample is UTF-8 text"},
    {{"data/secret/1.yaml", "args: [-v]\n"}, "data/secret/1.yaml:1: argum"},
    {{"data/secret/1.yaml", "points: 5\n"}, "unknown key `points`"},
    {{"data/secret/test_group.yaml", "full_feedback: 2\n"},
     "data/secret/test_group.yaml:1: expected true or false"},
    {{"data/secret/1.files/a", "x"}, "files of tests are not supported"},
    {{"statement/problem.en.md", NULL}, "statement/problem.en.md: is missing"},
    {{"statement/problem.en.md", ""}, "expected 1 to 262144 bytes"},
    {{"statement/problem.en.md", "\xff\xfe"}, "UTF-8"},
    {{"statement/a/b.svg", "x"}, "no folder"},
    {{"starter/solution.zzz", "x"}, "its ending names no language"},
    {{"starter/a.py", "\xff"}, "UTF-8 text"},
    {{"submissions/accepted/sum.py", NULL}, "at least one model solution"},
    {{"submissions/accepted/two/a.py", "x"}, "one file a program"},
    {{"submissions/sum.py", "x"}, "one file a program"},
    {{"submissions/maybe/sum.py", "x"}, "`maybe` says no verdict"},
    {{"tests/test_a.py", "x"}, "a unittest assignment has tests/ and no data/"},
    {{"output_validator/check", "x"}, "names no language (a checker is one"},
    {{"output_validator/run", "x"}, "build and run scripts are not used"},
    {{"output_validator/a/b/c.py", "x"}, "a checker is one source file"},
    {{"output_validator/check.c", "\xff"}, "UTF-8 text"},
    {YAML("limits: {validation_time: 0}\n"), "expected a number"},
    {YAML("limits: {validation_memory: 1}\n"), "expected a number"},
    {YAML("limits: {validation_output: 1e9}\n"), "expected a number"},
    {YAML("assay: {run: some}\n"), "expected all or first_failure"},
    {YAML("assay: {run: [all]}\n"), "expected all or first_failure"},
    {YAML("validator_flags: float_tolerance 1 float_tolerance 1\n"),
     "each tolerance once"},
    {YAML("validator_flags: float_tolerance 1 float_absolute_tolerance 1\n"),
     "not `float_absolute_tolerance`"},
    {YAML("validator_flags: float_relative_tolerance 1 float_tolerance 1\n"),
     "not `float_tolerance`"},
    {{"data/secret/1.yaml", "\n\noutput_validator_args: [colour]\n"},
     "data/secret/1.yaml:3: expected case_sensitive"},
    {{"data/secret/test_group.yaml", "output_validator_args: [[a]]\n"},
     "data/secret/test_group.yaml:1: expected a list of words"},
    {{"problem.yaml", "name: a\nvalidation: custom\n"},
     "no program in output_validators/"},
    {{"problem.yaml", "name: a\nvalidation: custom interactive\n"},
     "interaction and scoring are not supported"},
    {{"problem.yaml", "name: a\nvalidation: custom score\n"},
     "interaction and scoring are not supported"},
    {{"include/python3/lib.py", "x"}, "is not supported here"},
    {{"problem.yml", "x"}, "problem.yml: is no part of a package"},
    {{"data", "x"}, "data: is no part of a package"},
};

static void
refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct buf b = pack(io_files, COUNT(io_files), &refusals[i].change, 1);
        struct buf why = {0};
        struct package *p = (void *)&b; /* to see that it is set */

        if (package_read("slug", b.data, b.size, &p, &why) != ERR_INVALID)
            fail_msg("case %zu was taken: %s", i, refusals[i].why);
        assert_null(p);
        if (strstr(why.data, refusals[i].why) == NULL)
            fail_msg("case %zu: %snot: %s", i, why.data, refusals[i].why);
        buf_free(&b);
        buf_free(&why);
    }
}

static const struct {
    struct file change;
    const char *why;
} unittest_refusals[] = {
    {{"output_validator/check.py", "x"},
     "a unittest assignment has no checker"},
    {{"problem.yaml", "name: a\nassay: {run: all}\n"},
     "`run` is for io assignments"},
    {{"tests/test_hello.py", NULL}, "at least one test"},
    {{"tests/solution.py", "x"}, "tests/solution.py: expected NAME.py"},
    {{"tests/assay.py", "x"}, "tests/assay.py: expected NAME.py"},
    {{"tests/test-a.py", "x"}, "expected NAME.py"},
    {{"tests/1.py", "x"}, "expected NAME.py"},
    {{"tests/a/b.py", "x"}, "expected NAME.py"},
    {{"tests/data.txt", "x"}, "expected NAME.py"},
    {{"starter/a.c", "x"}, "a unittest assignment is in python3, not c"},
    {{"data/secret/1.in", "x"}, "data/secret/1.ans: is missing"},
};

static void
unittest_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unittest_refusals); i++) {
        struct buf b = pack(unittest_files, COUNT(unittest_files),
                            &unittest_refusals[i].change, 1);
        struct buf why = {0};
        struct package *p;

        assert_int_equal(package_read("slug", b.data, b.size, &p, &why),
                         ERR_INVALID);
        if (strstr(why.data, unittest_refusals[i].why) == NULL)
            fail_msg("case %zu: %s", i, why.data);
        buf_free(&b);
        buf_free(&why);
    }
}

static void
all_at_once(void **state)
{
    static const struct file bad[] = {
        YAML("limits: {time_limit: 0}\ncolour: red\n"),
        {"data/secret/1.ans", NULL},
        {"submissions/accepted/sum.py", NULL},
    };
    struct buf b = pack(io_files, COUNT(io_files), bad, COUNT(bad));
    struct buf why = {0};
    struct package *p;

    (void)state;
    assert_int_equal(package_read("next", b.data, b.size, &p, &why),
                     ERR_INVALID);
    assert_non_null(strstr(why.data, "next: a name has"));
    assert_non_null(strstr(why.data, "problem.yaml:3: expected a number"));
    assert_non_null(strstr(why.data, "problem.yaml:4: unknown key `colour`"));
    assert_non_null(strstr(why.data, "data/secret/1.ans: is missing"));
    assert_non_null(strstr(why.data, "submissions/accepted: expected"));
    buf_free(&b);
    buf_free(&why);
    /* no tests at all */
    b = pack(io_files + 4, COUNT(io_files) - 4, NULL, 0);
    assert_int_equal(package_read("a", b.data, b.size, &p, &why), ERR_INVALID);
    assert_non_null(strstr(why.data, "expected at least one test"));
    buf_free(&b);
    buf_free(&why);
    assert_int_equal(package_read("a", "", 0, &p, &why), ERR_INVALID);
    buf_free(&why);
}

/* -- packing -- */

static void
put(const char *dir, const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", dir, name);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    free(path);
}

static void
packing(void **state)
{
    char dir[] = "/tmp/test_package_XXXXXX";
    struct buf first = {0}, second = {0}, why = {0};
    char *sub, *link;

    (void)state;
    assert_non_null(mkdtemp(dir));
    sub = xasprintf("%s/sub", dir);
    link = xasprintf("%s/sub/link", dir);
    assert_int_equal(mkdir(sub, 0700), 0);
    put(dir, "b", "second");
    put(dir, "a", "first");
    put(sub, "c", "third");
    put(dir, ".hidden", "litter");
    put(dir, "a~", "litter");
    assert_int_equal(package_pack(dir, &first, &why), ERR_OK);
    /* other times, other modes, other order of making: the same bytes */
    put(dir, "a", "first");
    assert_int_equal(chmod(sub, 0755), 0);
    assert_int_equal(package_pack(dir, &second, &why), ERR_OK);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    assert_int_equal(why.size, 0);

    assert_int_equal(symlink("/etc/passwd", link), 0);
    buf_free(&second);
    assert_int_equal(package_pack(dir, &second, &why), ERR_INVALID);
    assert_string_equal(why.data, "sub/link: is a link\n");
    buf_free(&why);
    assert_int_equal(package_pack(link, &second, &why), ERR_NOT_FOUND);

    unlink(link);
    for (size_t i = 0; i < 5; i++) {
        static const char *const all[] = {"a", "b", "sub/c", ".hidden", "a~"};
        char *path = xasprintf("%s/%s", dir, all[i]);

        unlink(path);
        free(path);
    }
    rmdir(sub);
    assert_int_equal(rmdir(dir), 0);
    free(sub);
    free(link);
    buf_free(&first);
    buf_free(&second);
    buf_free(&why);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(io_kind),         cmocka_unit_test(unittest_kind),
        cmocka_unit_test(everything_said), cmocka_unit_test(legacy),
        cmocka_unit_test(refused),         cmocka_unit_test(unittest_refused),
        cmocka_unit_test(all_at_once),     cmocka_unit_test(packing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
