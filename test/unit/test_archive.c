/* lib/archive.c: what hostile archives get, and that ours are canonical.
 *
 * Archives are made here with libarchive, whose writer lets everything
 * through.
 */
#include "lib/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct archive_caps caps = {
    .entries = 50, .bytes = 4 << 20, .ratio = 200};

/* -- making them -- */

struct entry {
    const char *name;
    const char *text; /* NULL: none */
    mode_t type;      /* AE_IFREG … */
    const char *link; /* of a symbolic or hard link */
    size_t zeros;     /* instead of text */
};

enum format {
    TAR,
    TAR_GZ,
    ZIP
};

static la_ssize_t
to_buf(struct archive *a, void *cookie, const void *data, size_t size)
{
    (void)a;
    buf_add(cookie, data, size);
    return (la_ssize_t)size;
}

static void
put_entry(struct archive *a, const struct entry *e)
{
    struct archive_entry *h = archive_entry_new();
    size_t size = e->text != NULL ? strlen(e->text) : e->zeros;

    archive_entry_set_pathname(h, e->name);
    archive_entry_set_filetype(h, e->type != 0 ? e->type : AE_IFREG);
    archive_entry_set_perm(h, 0644);
    archive_entry_set_size(h, (la_int64_t)size);
    if (e->link != NULL && e->type == AE_IFLNK)
        archive_entry_set_symlink(h, e->link);
    else if (e->link != NULL)
        archive_entry_set_hardlink(h, e->link);
    assert_int_equal(archive_write_header(a, h), ARCHIVE_OK);
    if (e->text != NULL)
        archive_write_data(a, e->text, size);
    else if (size > 0) {
        char *zeros = calloc(1, size);

        archive_write_data(a, zeros, size);
        free(zeros);
    }
    archive_entry_free(h);
}

static struct buf
make(enum format format, const struct entry *e, size_t count)
{
    struct archive *a = archive_write_new();
    struct buf b = {0};

    if (format == ZIP)
        archive_write_set_format_zip(a);
    else
        archive_write_set_format_ustar(a);
    if (format == TAR_GZ)
        archive_write_add_filter_gzip(a);
    assert_int_equal(archive_write_open(a, &b, NULL, to_buf, NULL), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++)
        put_entry(a, &e[i]);
    archive_write_close(a);
    archive_write_free(a);
    return b;
}

/* -- the tests -- */

static void
good(void **state)
{
    static const struct entry files[] = {
        {.name = "top/", .type = AE_IFDIR},
        {.name = "top/b.txt", .text = "second"},
        {.name = "./top/a.txt", .text = "first"},
        {.name = "top/sub/c", .text = ""},
        {.name = "top/.DS_Store", .text = "litter"},
        {.name = "top/.git/config", .text = "litter"},
        {.name = "top/b.txt~", .text = "litter"},
        {.name = "top/__pycache__/a.pyc", .text = "litter"},
        {.name = "__MACOSX/top/._a.txt", .text = "litter"},
    };

    (void)state;
    for (enum format f = TAR; f <= ZIP; f++) {
        struct buf b = make(f, files, 9), why = {0};
        struct archive_list l;

        assert_int_equal(archive_read(b.data, b.size, &caps, &l, &why), 0);
        assert_int_equal(why.size, 0);
        assert_int_equal(l.count, 3);
        assert_string_equal(l.entry[0].name, "a.txt");
        assert_string_equal(l.entry[0].data, "first");
        assert_string_equal(l.entry[1].name, "b.txt");
        assert_int_equal(l.entry[1].size, 6);
        assert_string_equal(l.entry[2].name, "sub/c");
        assert_string_equal(l.entry[2].data, "");
        archive_list_free(&l);
        archive_list_free(&l); /* twice is legal */
        buf_free(&b);
    }
}

/* Each beside an innocent file, so that nothing else can be the reason. */
static const struct {
    struct entry e;
    const char *why;
    bool tar_only;
} hostile[] = {
    {{.name = "../slip", .text = "x"}, "../slip: the name has", false},
    {{.name = "a/../../slip", .text = "x"}, "part", false},
    {{.name = "a/..", .text = "x"}, "part", false},
    {{.name = "/etc/cron.d/x", .text = "x"}, "absolute", false},
    {{.name = "a//b", .text = "x"}, "part", false},
    {{.name = "a/./b", .text = "x"}, "part", false},
    {{.name = "..\\slip", .text = "x"}, "the name has", false},
    {{.name = "C:slip", .text = "x"}, "other characters", false},
    {{.name = "new\nline", .text = "x"}, "new?line: the name", false},
    {{.name = "\x1b[2J", .text = "x"}, "?[2J: the name", false},
    {{.name = "link", .type = AE_IFLNK, .link = "/etc/passwd"},
     "a link",
     false},
    {{.name = "link", .type = AE_IFLNK, .link = "good.txt"}, "a link", false},
    {{.name = "hard", .link = "good.txt"}, "a link", true},
    {{.name = "pipe", .type = AE_IFIFO}, "neither a file", true},
    {{.name = "disk", .type = AE_IFBLK}, "neither a file", true},
    {{.name = "good.txt", .text = "again"}, "is there twice", false},
    {{.name = "../dir/", .type = AE_IFDIR}, "part", false},
    {{.name = "big", .zeros = 5 << 20}, "big: the ", false},
};

static void
refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        for (enum format f = TAR; f <= ZIP; f++) {
            struct entry files[] = {{.name = "good.txt", .text = "good"},
                                    hostile[i].e};
            struct buf b = {0}, why = {0};
            struct archive_list l;

            if (f == ZIP && hostile[i].tar_only)
                continue;
            b = make(f, files, 2);
            assert_int_equal(archive_read(b.data, b.size, &caps, &l, &why),
                             ERR_INVALID);
            assert_int_equal(l.count, 0);
            assert_non_null(why.data);
            if (strstr(why.data, hostile[i].why) == NULL)
                fail_msg("%s: %s", hostile[i].e.name, why.data);
            /* one line a fault, whatever the name is */
            assert_int_equal(why.data[why.size - 1], '\n');
            assert_ptr_equal(strchr(why.data, '\n'), why.data + why.size - 1);
            buf_free(&b);
            buf_free(&why);
        }
}

static void
bombs(void **state)
{
    struct archive_caps wide = {.entries = 10, .bytes = 256 << 20, .ratio = 50};
    struct entry zeros = {.name = "zeros", .zeros = 32 << 20};
    struct entry many[60];
    char names[60][16];
    struct buf b, why = {0};
    struct archive_list l;

    (void)state;
    /* under the cap of bytes, but packed a thousand times */
    b = make(TAR_GZ, &zeros, 1);
    assert_int_equal(archive_read(b.data, b.size, &wide, &l, &why),
                     ERR_INVALID);
    assert_non_null(strstr(why.data, "suspiciously"));
    buf_free(&b);
    buf_free(&why);
    /* the same file hundreds of times: the sum counts */
    memset(many, 0, sizeof many);
    for (int i = 0; i < 60; i++) {
        snprintf(names[i], sizeof names[i], "f%d", i);
        many[i].name = names[i];
        many[i].zeros = 200 << 10;
    }
    b = make(TAR, many, 40);
    assert_int_equal(archive_read(b.data, b.size, &caps, &l, &why),
                     ERR_INVALID);
    assert_non_null(strstr(why.data, "too large"));
    buf_free(&b);
    buf_free(&why);
    for (int i = 0; i < 60; i++)
        many[i].zeros = 0;
    b = make(ZIP, many, 60);
    assert_int_equal(archive_read(b.data, b.size, &caps, &l, &why),
                     ERR_INVALID);
    assert_non_null(strstr(why.data, "one entry too many"));
    buf_free(&b);
    buf_free(&why);
}

/* A header that lies, an end that is missing, and no archive at all. */
static void
damaged(void **state)
{
    struct entry file = {.name = "a", .text = "some text that is long enough"};

    (void)state;
    for (enum format f = TAR; f <= ZIP; f++) {
        struct buf b = make(f, &file, 1);

        for (size_t cut = 0; cut < b.size; cut += 7) {
            /* a copy of just these bytes, so that ASan sees a read past */
            char *part = malloc(cut + 1);
            struct buf why = {0};
            struct archive_list l;

            memcpy(part, b.data, cut);
            if (archive_read(part, cut, &caps, &l, &why) == ERR_OK)
                archive_list_free(&l);
            else
                assert_true(why.size > 0);
            buf_free(&why);
            free(part);
        }
        buf_free(&b);
    }
    for (int i = 0; i < 3; i++) {
        static const char *const no[] = {"hello", "\x1f\x8b", "PK\3\4"};
        struct buf why = {0};
        struct archive_list l;

        assert_int_equal(archive_read(no[i], strlen(no[i]), &caps, &l, &why),
                         ERR_INVALID);
        assert_true(why.size > 0);
        buf_free(&why);
    }
}

/* An unencrypted zip's flag says "encrypted" after one bit is set. */
static void
encrypted(void **state)
{
    struct entry file = {.name = "a", .text = "text"};
    struct buf b = make(ZIP, &file, 1), why = {0};
    struct archive_list l;

    (void)state;
    for (size_t i = 0; i + 10 < b.size; i++) {
        if (memcmp(b.data + i, "PK\3\4", 4) == 0)
            b.data[i + 6] |= 1;
        if (memcmp(b.data + i, "PK\1\2", 4) == 0)
            b.data[i + 8] |= 1;
    }
    assert_int_equal(archive_read(b.data, b.size, &caps, &l, &why),
                     ERR_INVALID);
    buf_free(&b);
    buf_free(&why);
}

static void
canonical(void **state)
{
    char a[] = "a", b[] = "b/c", one[] = "one", two[] = "two";
    struct archive_entry_data e[] = {{a, one, 3}, {b, two, 3}};
    struct archive_list l = {e, 2}, back;
    struct buf x = {0}, y = {0}, why = {0};

    (void)state;
    archive_write(&l, &x);
    archive_write(&l, &y);
    assert_int_equal(x.size, y.size);
    assert_memory_equal(x.data, y.data, x.size);
    /* gzip: no time, no name */
    assert_memory_equal(x.data, "\x1f\x8b\x08\0\0\0\0\0", 8);
    assert_int_equal(archive_read(x.data, x.size, &caps, &back, &why), ERR_OK);
    assert_int_equal(back.count, 2);
    assert_string_equal(back.entry[1].name, "b/c");
    assert_string_equal(back.entry[1].data, "two");
    archive_list_free(&back);
    buf_free(&x);
    buf_free(&y);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good),      cmocka_unit_test(refused),
        cmocka_unit_test(bombs),     cmocka_unit_test(damaged),
        cmocka_unit_test(encrypted), cmocka_unit_test(canonical),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
