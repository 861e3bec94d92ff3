/* A package in memory, for the tests of core/package*.c.
 */
#ifndef TEST_UNIT_TEST_PACKAGE_H
#define TEST_UNIT_TEST_PACKAGE_H

#include "core/package.h"

#include "lib/archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* -- a package in memory: a few files, some of them replaced -- */

struct file {
    const char *name;
    const char *text; /* NULL: left out */
};

static const struct file io_files[] = {
    {"data/sample/1.in", "1 2\n"},
    {"data/sample/1.ans", "3\n"},
    {"data/secret/1.in", "2 2\n"},
    {"data/secret/1.ans", "4\n"},
    {"problem.yaml", "problem_format_version: 2025-09\nname: Sum\n"},
    {"statement/problem.en.md", "Add *two* numbers.\n"},
    {"submissions/accepted/sum.py", "print(3)\n"},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* `base` with `change` on top: same name replaces, NULL text removes. */
static struct buf
pack(const struct file *base, size_t nbase, const struct file *change,
     size_t nchange)
{
    struct archive_entry_data e[64];
    struct archive_list l = {e, 0};
    struct buf b = {0};

    for (size_t i = 0; i < nbase + nchange; i++) {
        const struct file *f = i < nbase ? &base[i] : &change[i - nbase];
        bool replaced = false;

        for (size_t k = 0; i < nbase && k < nchange; k++)
            replaced = replaced || strcmp(change[k].name, f->name) == 0;
        if (replaced || f->text == NULL)
            continue;
        e[l.count].name = xstrdup(f->name);
        e[l.count].data = xstrdup(f->text);
        e[l.count++].size = strlen(f->text);
    }
    archive_write(&l, &b);
    for (size_t i = 0; i < l.count; i++) {
        free(e[i].name);
        free(e[i].data);
    }
    return b;
}

static struct package *
read_good(const struct file *base, size_t nbase, const struct file *change,
          size_t nchange)
{
    struct buf b = pack(base, nbase, change, nchange), why = {0};
    struct package *p;

    if (package_read("slug", b.data, b.size, &p, &why) != ERR_OK)
        fail_msg("%s", why.data);
    assert_int_equal(why.size, 0);
    buf_free(&b);
    return p;
}

#endif
