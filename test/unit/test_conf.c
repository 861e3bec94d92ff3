/* lib/conf.c: file, then environment; every fault is named. */
#include "lib/conf.h"
#include "lib/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A file with this text; the caller unlinks and frees it. */
static char *
file_with(const char *text)
{
    char *path = xstrdup("/tmp/assay-conf-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return path;
}

static int
load(const char *text)
{
    char *path = file_with(text);
    int rc = conf_load(path);
    unlink(path);
    free(path);
    return rc;
}

static void
defaults(void **state)
{
    (void)state;
    assert_int_equal(load(""), 0);
    assert_string_equal(conf()->run_dir, "/run/assay");
    assert_int_equal(conf()->code_max_bytes, 65536);
}

static void
file_and_environment(void **state)
{
    (void)state;
    assert_int_equal(load("# comment\n\n run_dir =  /a b \nlease_seconds=2\n"),
                     0);
    assert_string_equal(conf()->run_dir, "/a b");
    assert_int_equal(conf()->lease_seconds, 2);
    setenv("ASSAY_LEASE_SECONDS", "3", 1);
    assert_int_equal(load("lease_seconds = 2\n"), 0);
    assert_int_equal(conf()->lease_seconds, 3);
    setenv("ASSAY_LEASE_SECONDS", "soon", 1);
    assert_int_equal(load(""), -1);
    unsetenv("ASSAY_LEASE_SECONDS");
}

static void
faults(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "no_such_option = 1\n",
        "run_dir\n",
        "tokens = -1\n",
        "tokens = many\n",
        "lease_seconds = 0\n",
        "lease_seconds = 1e3\n",
        "code_max_bytes = 100000\nbody_max_bytes = 2000\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(load(bad[i]), -1);
    assert_int_equal(conf_load("/nonexistent/assay.conf"), -1);
}

static void
secrets(void **state)
{
    (void)state;
    char *path = file_with("s3cret\n");
    char *secret = conf_secret(path);
    assert_string_equal(secret, "s3cret");
    free(secret);
    unlink(path);
    assert_null(conf_secret(path));
    assert_null(conf_secret(""));
    free(path);
}

/* What -t prints is a file that can be loaded again. */
static void
round_trip(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    assert_int_equal(load("run_dir = /x\ntokens = 5\n"), 0);
    FILE *f = open_memstream(&text, &size);
    conf_print(f, true);
    fclose(f);
    assert_int_equal(load(""), 0);
    assert_int_equal(load(text), 0);
    assert_string_equal(conf()->run_dir, "/x");
    assert_int_equal(conf()->tokens, 5);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),   cmocka_unit_test(file_and_environment),
        cmocka_unit_test(faults),     cmocka_unit_test(secrets),
        cmocka_unit_test(round_trip),
    };
    return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
