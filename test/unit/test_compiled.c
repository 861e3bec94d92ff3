/* grader/compiled.c: compiled programs on disk. */
#include "grader/compiled.h"

#include "grader/run.h"
#include "lib/conf.h"
#include "lib/secret.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char state[] = "/tmp/test_compiled_XXXXXX";

static const char *const command[] = {"/usr/bin/cc", "-o", "a.out", "x.c",
                                      NULL};

static void
key_of(const char *source, char key[COMPILED_KEY_SIZE])
{
    struct language l = {.id = "c", .build = "cc 1", .artefact = "a.out"};

    compiled_key(&l, command, source, strlen(source), key);
}

static char *
path_of(const char *name)
{
    return xasprintf("%s/compiled/%s", state, name);
}

static bool
is_there(const char *name)
{
    char *path = path_of(name);
    bool yes = access(path, F_OK) == 0;

    free(path);
    return yes;
}

static void
put(const char *key, const char *data, size_t size, const char *words)
{
    int fd = run_memfd("x", data, size);

    assert_int_not_equal(fd, -1);
    compiled_put(key, fd, words, strlen(words));
    close(fd);
}

/* True: it is kept, and is `data`. */
static bool
gets(const char *key, const char *data, size_t size, const char *words)
{
    struct buf said = {0}, got = {0};
    int fd = compiled_get(key, &said);

    if (fd == -1) {
        assert_int_equal(said.size, 0);
        return false;
    }
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(buf_read_fd(&got, fd, 1 << 27), 0);
    assert_int_equal(got.size, size);
    assert_memory_equal(got.data, data, size);
    assert_string_equal(said.data, words);
    assert_int_equal(fcntl(fd, F_GET_SEALS),
                     F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    close(fd);
    buf_free(&got);
    buf_free(&said);
    return true;
}

/* -- keys -- */

static void
keys(void **ignored)
{
    static const char *const other[] = {"/usr/bin/cc", "-oa.out", "x.c", NULL};
    static const char *const joined[] = {"/usr/bin/cc-o", "a.out", "x.c", NULL};
    static char helper[] = "class X {}";
    struct language l = {.id = "c", .build = "cc 1", .artefact = "a.out"};
    char key[10][COMPILED_KEY_SIZE];

    (void)ignored;
    compiled_key(&l, command, "int", 3, key[0]);
    compiled_key(&l, command, "int\0", 4, key[1]);
    compiled_key(&l, command, "", 0, key[2]);
    compiled_key(&l, other, "int", 3, key[3]);
    compiled_key(&l, joined, "int", 3, key[4]);
    strcpy(l.build, "cc 2");
    compiled_key(&l, command, "int", 3, key[5]);
    strcpy(l.build, "cc 1");
    strcpy(l.id, "d");
    compiled_key(&l, command, "int", 3, key[6]);
    strcpy(l.id, "c");
    strcpy(l.source, "y.c");
    compiled_key(&l, command, "int", 3, key[7]);
    strcpy(l.source, "");
    l.with_text = helper;
    l.with_size = sizeof helper - 1;
    compiled_key(&l, command, "int", 3, key[8]);
    l.with_text = NULL;
    l.with_size = 0;
    for (size_t i = 0; i < 9; i++) {
        assert_int_equal(strlen(key[i]), 64);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(key[i], key[k]);
    }
    compiled_key(&l, command, "int", 3, key[9]);
    assert_string_equal(key[9], key[0]);
}

/* -- one entry -- */

static void
kept(void **ignored)
{
    static const char data[] = "\x7f"
                               "ELF\0\n1\n";
    char key[COMPILED_KEY_SIZE];
    struct stat st;
    char *path;

    (void)ignored;
    key_of("kept", key);
    assert_false(gets(key, "", 0, ""));
    put(key, data, sizeof data, "x.c:1: warning: \n2\n");
    assert_true(gets(key, data, sizeof data, "x.c:1: warning: \n2\n"));
    assert_true(gets(key, data, sizeof data, "x.c:1: warning: \n2\n"));
    put(key, "", 0, "");
    assert_true(gets(key, "", 0, ""));

    path = path_of(key);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    free(path);
    path = path_of("");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    free(path);
}

static void
overwrite(const char *path, const char *data, size_t size)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    fclose(f);
}

/* Each byte changed, each length cut: never another program, and removed. */
static void
damaged(void **ignored)
{
    static const char data[] = "a program";
    char key[COMPILED_KEY_SIZE], *path;
    struct buf good = {0};

    (void)ignored;
    key_of("damaged", key);
    path = path_of(key);
    put(key, data, sizeof data, "words");
    assert_int_equal(buf_read_file(&good, path, 1 << 20), 0);
    for (size_t i = 0; i < good.size; i++) {
        good.data[i] ^= 1;
        overwrite(path, good.data, good.size);
        good.data[i] ^= 1;
        assert_false(gets(key, "", 0, ""));
        assert_false(is_there(key));
        overwrite(path, good.data, i);
        assert_false(gets(key, "", 0, ""));
        assert_false(is_there(key));
    }
    buf_add(&good, "x", 1);
    overwrite(path, good.data, good.size);
    assert_false(gets(key, "", 0, ""));
    put(key, data, sizeof data, "words"); /* made anew */
    assert_true(gets(key, data, sizeof data, "words"));
    buf_free(&good);
    free(path);
}

/* A whole entry, but of another program. */
static void
exchanged(void **ignored)
{
    char a[COMPILED_KEY_SIZE], b[COMPILED_KEY_SIZE];
    char *from, *to;

    (void)ignored;
    key_of("one", a);
    key_of("two", b);
    put(a, "1", 1, "");
    from = path_of(a);
    to = path_of(b);
    assert_int_equal(rename(from, to), 0);
    assert_false(gets(b, "", 0, ""));
    assert_false(is_there(b));
    free(from);
    free(to);
}

/* -- the bound -- */

static void
used_at(const char *key, time_t at)
{
    struct timespec t[2] = {{.tv_sec = at}, {.tv_sec = at}};
    char *path = path_of(key);

    assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
    free(path);
}

/* The bound is 1 MB (main): four of 200 KiB fit, beside nothing else. */
static void
bounded(void **ignored)
{
    enum {
        SIZE = 200 * 1024
    };
    char key[7][COMPILED_KEY_SIZE], *data = calloc(1, 2 * SIZE), *path;
    const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};

    (void)ignored;
    assert_non_null(data);
    for (int i = 0; i < 7; i++) {
        char source[] = {'s', (char)('0' + i), '\0'};

        key_of(source, key[i]);
        put(key[i], data, SIZE, "");
        used_at(key[i], 1000000 + i);
    }
    assert_true(gets(key[1], data, SIZE, "")); /* used now */
    path = path_of(".part.1");
    overwrite(path, "half", 4);
    utimensat(AT_FDCWD, path, old, 0);
    free(path);
    path = path_of(".part.2");
    overwrite(path, "half", 4);
    compiled_sweep();
    assert_false(is_there(".part.1"));
    assert_true(is_there(".part.2"));
    assert_int_equal(unlink(path), 0);
    free(path);
    for (int i = 0; i < 7; i++)
        assert_int_equal(is_there(key[i]), i == 1 || i >= 4);
    compiled_sweep(); /* all well: nothing more goes */
    for (int i = 0; i < 7; i++)
        assert_int_equal(is_there(key[i]), i == 1 || i >= 4);
    key_of("large", key[0]); /* above a quarter of the bound */
    put(key[0], data, 2 * SIZE, "");
    assert_false(is_there(key[0]));
    free(data);
}

/* -- several processes -- */

static void
hammer(unsigned seed)
{
    char key[COMPILED_KEY_SIZE], data[5000];

    for (unsigned i = 0; i < 400; i++) {
        unsigned which = (i * 7 + seed) % 5;
        char source[] = {'h', (char)('0' + which), '\0'};

        memset(data, (int)which, sizeof data);
        key_of(source, key);
        if (i % 3 == 0)
            put(key, data, sizeof data, source);
        else
            gets(key, data, sizeof data, source); /* asserts what it gets */
        if (i % 10 == 0)
            compiled_sweep();
    }
    exit(0);
}

static void
together(void **ignored)
{
    int status, left = 0;

    (void)ignored;
    for (unsigned i = 0; i < 4; i++)
        if (fork() == 0)
            hammer(i);
    for (int i = 0; i < 4; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    for (int i = 0; i < 5; i++) {
        char source[] = {'h', (char)('0' + i), '\0'}, key[COMPILED_KEY_SIZE],
             data[5000];

        memset(data, i, sizeof data);
        key_of(source, key);
        left += gets(key, data, sizeof data, source);
    }
    assert_int_equal(left, 5); /* nobody took a whole one for a damaged one */
}

static void
no_folder(void **ignored)
{
    char key[COMPILED_KEY_SIZE];

    (void)ignored;
    setenv("ASSAY_STATE_DIR", "/proc/nowhere", 1);
    assert_int_equal(conf_load("/dev/null"), 0);
    key_of("x", key);
    put(key, "1", 1, "");
    assert_false(gets(key, "", 0, ""));
    compiled_sweep();
    setenv("ASSAY_STATE_DIR", state, 1);
    setenv("ASSAY_COMPILED_MAX_MB", "0", 1);
    assert_int_equal(conf_load("/dev/null"), 0);
    put(key, "1", 1, "");
    assert_false(is_there(key));
    setenv("ASSAY_COMPILED_MAX_MB", "1", 1);
    assert_int_equal(conf_load("/dev/null"), 0);
}

static int
set_up(void **ignored)
{
    (void)ignored;
    secret_init();
    if (mkdtemp(state) == NULL)
        return -1;
    setenv("ASSAY_STATE_DIR", state, 1);
    setenv("ASSAY_COMPILED_MAX_MB", "1", 1);
    return conf_load("/dev/null");
}

static int
tear_down(void **ignored)
{
    char *path = path_of("");
    DIR *d = opendir(path);
    struct dirent *e;

    (void)ignored;
    while (d != NULL && (e = readdir(d)) != NULL)
        unlinkat(dirfd(d), e->d_name, 0); /* fails for . and .. */
    if (d != NULL)
        closedir(d);
    rmdir(path);
    free(path);
    return rmdir(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),      cmocka_unit_test(kept),
        cmocka_unit_test(damaged),   cmocka_unit_test(exchanged),
        cmocka_unit_test(together),  cmocka_unit_test(bounded),
        cmocka_unit_test(no_folder),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
