/* core/language.c: language files, good and bad; core/verdict.c's names. */
#include "core/language.h"
#include "core/verdict.h"

#include "lib/mem.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

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
take_away(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *e;

    while ((e = readdir(d)) != NULL) {
        char *path = xasprintf("%s/%s", dir, e->d_name);

        unlink(path); /* fails for . and .. */
        free(path);
    }
    closedir(d);
    assert_int_equal(rmdir(dir), 0);
}

/* The files that Assay comes with. */
static void
ours(void **state)
{
    struct language *l;
    const struct language *py, *c, *java, *cpp, *js;
    size_t n;

    (void)state;
    assert_int_equal(language_load("grader/languages", "", &l, &n), ERR_OK);
    py = language_find(l, n, "python3");
    c = language_find(l, n, "c");
    assert_non_null(py);
    assert_non_null(c);
    assert_null(language_find(l, n, "cobol"));
    assert_string_equal(py->title, "Python 3");
    assert_string_equal(py->zygote, "python3");
    assert_string_equal(py->run[0], "/usr/bin/python3");
    assert_null(py->compile[0]);
    assert_string_equal(py->artefact, "");
    assert_string_equal(c->compile[0], "/usr/bin/gcc");
    assert_string_equal(c->run[0], "./{artefact}");
    assert_null(c->run[1]);
    assert_string_equal(c->build, ""); /* until it is probed */
    assert_int_equal(c->processes, 32);
    assert_null(c->try[0]);
    assert_null(c->with_text);

    java = language_find(l, n, "java");
    cpp = language_find(l, n, "cpp");
    js = language_find(l, n, "javascript");
    assert_non_null(java);
    assert_non_null(cpp);
    assert_non_null(js);
    assert_non_null(language_find(l, n, "bash"));
    assert_string_equal(java->with, "Compile.java");
    assert_int_equal(strlen(java->with_text), java->with_size);
    assert_non_null(strstr(java->with_text, "class Compile "));
    assert_string_equal(java->try[0], "/usr/bin/java");
    assert_int_equal(java->processes, 64);
    assert_string_equal(cpp->header, "bits/stdc++.h");
    assert_string_equal(js->artefact, js->source); /* only checked */
    assert_ptr_equal(language_of_file(l, n, "Foo.java"), java);
    assert_ptr_equal(language_of_file(l, n, "x.cc"), cpp);
    assert_ptr_equal(language_of_file(l, n, "x.js"), js);
    assert_string_equal(language_of_file(l, n, "x.sh")->id, "bash");

    assert_ptr_equal(language_of_file(l, n, "hello.py"), py);
    assert_ptr_equal(language_of_file(l, n, "a.b/hello.C"), c);
    assert_null(language_of_file(l, n, "hello"));
    assert_null(language_of_file(l, n, "a.py/hello"));
    assert_null(language_of_file(l, n, "hello."));
    assert_null(language_of_file(l, n, "hello.p"));
    assert_ptr_equal(language_of_type(l, n, "text/x-python"), py);
    assert_ptr_equal(language_of_type(l, n, "Text/X-CSRC"), c);
    assert_null(language_of_type(l, n, "text/plain"));
    assert_null(language_of_type(l, n, ""));
    language_free(l, n);
    language_free(NULL, 0);
}

static void
chosen(void **state)
{
    struct language *l;
    size_t n;

    (void)state;
    assert_int_equal(language_load("grader/languages", " c ", &l, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_string_equal(l[0].id, "c");
    language_free(l, n);
    assert_int_equal(language_load("grader/languages", "c cobol", &l, &n),
                     ERR_INVALID);
    assert_null(l);
    assert_int_equal(language_load("no/such/folder", "", &l, &n), ERR_INVALID);
}

#define GOOD                                                                   \
    "name X y\nextensions x y\nsource a.x\nversion /bin/x -v\nrun /bin/x a\n"

#define COMPILED GOOD "compile /bin/cc {source} -o {artefact}\nartefact a\n"

static void
good(void **state)
{
    char dir[] = "/tmp/test_language_XXXXXX";
    struct language *l;
    size_t n;

    (void)state;
    assert_non_null(mkdtemp(dir));
    put(dir, "x.lang",
        "# comment\n\n  name  \t X y  \r\nextensions x y\nsource a.x\n"
        "version /bin/x -v\ncompile /bin/x  {source}\t-o {artefact}\n"
        "artefact a.out\nrun ./{artefact} \ntime 2.5\nmemory 1024\n"
        "processes 7\nwith X.y\ntry /bin/x -e 0");
    put(dir, "X.y", "a\nb");
    put(dir, "x.lang~", "junk");
    put(dir, ".lang", "junk");
    put(dir, "README", "junk");
    assert_int_equal(language_load(dir, "", &l, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_string_equal(l->id, "x");
    assert_string_equal(l->title, "X y");
    assert_string_equal(l->compile[1], "{source}");
    assert_string_equal(l->compile[3], "{artefact}");
    assert_null(l->compile[4]);
    assert_true(l->time_factor == 2.5);
    assert_int_equal(l->memory_extra_kb, 1024);
    assert_int_equal(l->processes, 7);
    assert_string_equal(l->with_text, "a\nb");
    assert_int_equal(l->with_size, 3);
    assert_string_equal(l->try[2], "0");
    assert_string_equal(l->header, "");
    language_free(l, n);
    take_away(dir);
}

static const char *const bad[] = {
    "",
    GOOD "colour red\n",
    GOOD "name again\n",
    GOOD "types\n",
    GOOD "time 0\n",
    GOOD "time nan\n",
    GOOD "time 2x\n",
    GOOD "memory -1\n",
    GOOD "memory inf\n",
    GOOD "processes 0\n",
    GOOD "processes 1025\n",
    GOOD "try x\n",           /* PATH */
    GOOD "with y\n",          /* without compile */
    GOOD "header y.h\n",      /* likewise */
    COMPILED "with none.y\n", /* it is not there */
    COMPILED "with ../x.lang\n",
    COMPILED "header y.h\n", /* without -x */
    "compile /c -x c {source} -o {artefact}\nartefact a\nheader /y.h\n" GOOD,
    "compile /c -x c {source} -o {artefact}\nartefact a\nheader ../y\n" GOOD,
    "compile /c -x c {source} -o a.out\nartefact a\nheader y.h\n" GOOD,
    GOOD "artefact a.out\n",  /* without compile */
    GOOD "compile /bin/cc\n", /* without artefact */
    GOOD "artefact ../x\ncompile /bin/cc\n",
    "name X\nextensions x\nsource a.x\nversion /bin/x\n", /* no run */
    "name X\nextensions x\nsource /a.x\nversion /bin/x\nrun /bin/x\n",
    "name X\nextensions x\nsource a.x\nversion x\nrun /bin/x\n", /* PATH */
    "name X\nextensions x\nsource a.x\nversion /bin/x\nrun x\n",
    "name 0123456789012345678901234567890123456789012345678901234567890123456"
    "\nextensions x\nsource a.x\nversion /bin/x\nrun /bin/x\n",
    GOOD "compile /c 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 "
         "0 1 2\nartefact a\n",
};

static void
refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char dir[] = "/tmp/test_language_XXXXXX";
        struct language *l;
        size_t n;

        assert_non_null(mkdtemp(dir));
        put(dir, "x.lang", bad[i]);
        if (language_load(dir, "", &l, &n) != ERR_INVALID)
            fail_msg("taken: %s", bad[i]);
        assert_null(l);
        assert_int_equal(n, 0);
        take_away(dir);
    }
}

static void
verdicts(void **state)
{
    (void)state;
    assert_string_equal(verdict_name(VERDICT_ACCEPTED), "accepted");
    assert_string_equal(verdict_name(VERDICT_SYSTEM_ERROR), "system_error");
    assert_int_equal(verdict_of_folder("accepted"), VERDICT_ACCEPTED);
    assert_int_equal(verdict_of_folder("time_limit_exceeded"),
                     VERDICT_TIME_LIMIT);
    assert_int_equal(verdict_of_folder("run_time_error"),
                     VERDICT_RUNTIME_ERROR);
    assert_int_equal(verdict_of_folder("rejected"), -1);
    assert_int_equal(verdict_of_folder("Accepted"), -1);
    assert_int_equal(verdict_of_folder(""), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ours),     cmocka_unit_test(chosen),
        cmocka_unit_test(good),     cmocka_unit_test(refused),
        cmocka_unit_test(verdicts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
