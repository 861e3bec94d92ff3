#include "lib/archive.h"

#include "lib/log.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    RATIO_FROM = 1024 * 1024, /* small files may well be all zeros */
    NAME_MAX_BYTES = 255,
    DIR_DEPTH_MAX = 8
};

/* What reading has come to. */
struct reading {
    struct archive *a;
    size_t archive_size;
    const struct archive_caps *caps;
    struct archive_list *list;
    size_t capacity;
    size_t entries;
    size_t bytes;
    struct buf *why;
    bool full; /* a cap was hit: stop */
};

static void
fault(struct reading *r, const char *name, const char *what)
{
    struct buf shown = {0};

    /* The name goes into messages: keep it to one readable line. */
    for (const char *p = name; *p != '\0' && shown.size < 100; p++)
        buf_add(&shown, *p >= ' ' && *p <= '~' ? p : "?", 1);
    buf_fmt(r->why, "%s: %s\n", shown.size > 0 ? shown.data : "(no name)",
            what);
    buf_free(&shown);
}

/* What keeps `name` (without "./" in front and "/" behind) from being the
 * name of an entry; NULL: nothing. */
static const char *
name_fault(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n > NAME_MAX_BYTES)
        return "the name is empty or too long";
    if (name[0] == '/')
        return "the name is absolute";
    for (const char *p = name; *p != '\0'; p++)
        if (*p < ' ' || *p > '~' || *p == '\\' || *p == ':')
            return "the name has other characters than ASCII letters, digits "
                   "and . _ - /";
    for (const char *p = name; p != NULL; p = strchr(p, '/')) {
        if (*p == '/')
            p++;
        n = strcspn(p, "/");
        if (n == 0 || (n == 1 && p[0] == '.') ||
            (n == 2 && p[0] == '.' && p[1] == '.'))
            return "the name has an empty, \".\" or \"..\" part";
    }
    return NULL;
}

/* What desktops, editors and interpreters leave behind; nobody meant to send
 * it. */
static bool
is_litter(const char *name)
{
    size_t n = strlen(name);

    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (*part == '.' || strncmp(part, "__pycache__", 11) == 0)
            return true;
    }
    return strncmp(name, "__MACOSX/", 9) == 0 || name[n - 1] == '~' ||
           (n > 4 && strcmp(name + n - 4, ".pyc") == 0);
}

/* Count `size` more bytes of contents; false when that is too much. */
static bool
count_bytes(struct reading *r, const char *name, size_t size)
{
    if (size > r->caps->bytes - r->bytes) {
        fault(r, name, "the contents are too large");
        r->full = true;
        return false;
    }
    r->bytes += size;
    if (r->bytes > RATIO_FROM && r->bytes / r->caps->ratio > r->archive_size) {
        fault(r, name, "the archive is packed suspiciously tight");
        r->full = true;
        return false;
    }
    return true;
}

static void
list_add(struct reading *r, const char *name, struct buf *data)
{
    struct archive_entry_data *e;

    if (r->list->count == r->capacity) {
        r->capacity = r->capacity * 2 + 16;
        r->list->entry = xrealloc(r->list->entry,
                                  r->capacity * sizeof *r->list->entry);
    }
    e = &r->list->entry[r->list->count++];
    e->name = xstrdup(name);
    e->data = buf_take(data, &e->size);
}

static void
read_contents(struct reading *r, const char *name)
{
    struct buf data = {0};
    char chunk[16384];
    la_ssize_t n;

    while ((n = archive_read_data(r->a, chunk, sizeof chunk)) > 0) {
        if (!count_bytes(r, name, (size_t)n))
            break;
        buf_add(&data, chunk, (size_t)n);
    }
    if (n < 0)
        fault(r, name, "is damaged");
    else if (n == 0)
        list_add(r, name, &data);
    buf_free(&data);
}

/* What keeps an entry from being read; NULL: nothing. */
static const char *
entry_fault(struct archive_entry *entry, const char *name)
{
    const char *bad = name_fault(name);

    if (archive_entry_hardlink(entry) != NULL ||
        archive_entry_symlink(entry) != NULL ||
        archive_entry_filetype(entry) == AE_IFLNK)
        return "is a link";
    if (archive_entry_filetype(entry) == AE_IFDIR)
        return *name == '\0' || strcmp(name, ".") == 0 ? NULL : bad;
    if (archive_entry_filetype(entry) != AE_IFREG)
        return "is neither a file nor a folder";
    if (bad == NULL && archive_entry_is_encrypted(entry) > 0)
        return "is encrypted";
    return bad;
}

static void
read_entry(struct reading *r, struct archive_entry *entry)
{
    const char *raw = archive_entry_pathname_utf8(entry);
    bool is_file = archive_entry_filetype(entry) == AE_IFREG;
    const char *bad;
    char *name;
    size_t n;

    if (++r->entries > r->caps->entries) {
        fault(r, raw != NULL ? raw : "", "one entry too many");
        r->full = true;
        return;
    }
    if (raw == NULL)
        raw = ""; /* not UTF-8: refused below as an empty name is */
    while (strncmp(raw, "./", 2) == 0)
        raw += 2;
    n = strlen(raw);
    if (!is_file && n > 0 && raw[n - 1] == '/')
        n--;
    name = xstrndup(raw, n);
    bad = entry_fault(entry, name);
    if (bad != NULL) {
        fault(r, name, bad);
        /* Skipping it still unpacks it: that counts, too. */
        if (archive_entry_size(entry) > 0)
            count_bytes(r, name, (size_t)archive_entry_size(entry));
    } else if (is_file && !is_litter(name))
        read_contents(r, name);
    free(name);
}

static int
by_name(const void *a, const void *b)
{
    const struct archive_entry_data *x = a, *y = b;

    return strcmp(x->name, y->name);
}

/* Take a single top folder off every name. */
static void
strip_top(struct archive_list *l)
{
    size_t top;

    if (l->count == 0)
        return;
    top = strcspn(l->entry[0].name, "/") + 1;
    for (size_t i = 0; i < l->count; i++)
        if (strlen(l->entry[i].name) <= top ||
            strncmp(l->entry[i].name, l->entry[0].name, top) != 0)
            return;
    for (size_t i = 0; i < l->count; i++)
        memmove(l->entry[i].name, l->entry[i].name + top,
                strlen(l->entry[i].name + top) + 1);
}

static void
read_all(struct reading *r)
{
    struct archive_entry *entry;
    int rc = ARCHIVE_OK;

    while (!r->full &&
           (rc = archive_read_next_header(r->a, &entry)) != ARCHIVE_EOF) {
        if (rc == ARCHIVE_FATAL || rc == ARCHIVE_FAILED) {
            fault(r, "archive", "is damaged");
            return;
        }
        read_entry(r, entry);
    }
}

/* In order, each name once. */
static void
finish(struct reading *r)
{
    struct archive_list *l = r->list;

    if (l->count > 0)
        qsort(l->entry, l->count, sizeof *l->entry, by_name);
    for (size_t i = 1; i < l->count; i++)
        if (strcmp(l->entry[i - 1].name, l->entry[i].name) == 0)
            fault(r, l->entry[i].name, "is there twice");
}

/* The list, or (with new lines in `why`) none. */
static enum err
end_of(struct reading *r, size_t before)
{
    if (r->why->size == before)
        return ERR_OK;
    archive_list_free(r->list);
    return ERR_INVALID;
}

enum err
archive_read(const void *data, size_t size, const struct archive_caps *caps,
             struct archive_list *out, struct buf *why)
{
    size_t before = why->size;
    struct reading r = {
        .archive_size = size, .caps = caps, .list = out, .why = why};

    memset(out, 0, sizeof *out);
    r.a = archive_read_new();
    if (r.a == NULL)
        fatal("out of memory", "in=libarchive");
    archive_read_support_filter_gzip(r.a);
    archive_read_support_format_tar(r.a);
    archive_read_support_format_zip(r.a);
    if (archive_read_open_memory(r.a, data, size) != ARCHIVE_OK)
        fault(&r, "archive", "is neither tar, tar.gz nor zip");
    else
        read_all(&r);
    archive_read_free(r.a);
    finish(&r);
    if (why->size == before)
        strip_top(out);
    return end_of(&r, before);
}

/* -- folders -- */

static void read_dir(struct reading *r, const char *path, const char *prefix,
                     int depth);

static void
read_file(struct reading *r, const char *path, const char *name)
{
    struct buf data = {0};

    if (buf_read_file(&data, path, r->caps->bytes) == -1)
        fault(r, name, strerror(errno));
    else if (count_bytes(r, name, data.size))
        list_add(r, name, &data);
    buf_free(&data);
}

static void
read_dir_entry(struct reading *r, const char *dir, const char *name, int depth)
{
    const char *base = strrchr(name, '/');
    char *path = xasprintf("%s/%s", dir, base != NULL ? base + 1 : name);
    const char *bad = name_fault(name);
    struct stat st;

    if (++r->entries > r->caps->entries) {
        fault(r, name, "one entry too many");
        r->full = true;
    } else if (lstat(path, &st) == -1)
        fault(r, name, strerror(errno));
    else if (bad != NULL)
        fault(r, name, bad);
    else if (S_ISDIR(st.st_mode)) {
        char *inner = xasprintf("%s/", name);

        read_dir(r, path, inner, depth + 1);
        free(inner);
    } else if (S_ISLNK(st.st_mode))
        fault(r, name, "is a link");
    else if (!S_ISREG(st.st_mode))
        fault(r, name, "is neither a file nor a folder");
    else
        read_file(r, path, name);
    free(path);
}

static void
read_dir(struct reading *r, const char *path, const char *prefix, int depth)
{
    struct dirent **names = NULL;
    int n = depth > DIR_DEPTH_MAX ? -1 : scandir(path, &names, NULL, NULL);

    if (n == -1) {
        fault(r, prefix,
              depth > DIR_DEPTH_MAX ? "nested too deeply" : strerror(errno));
        return;
    }
    for (int i = 0; i < n; i++) {
        char *name = xasprintf("%s%s", prefix, names[i]->d_name);

        if (!r->full && !is_litter(name))
            read_dir_entry(r, path, name, depth);
        free(name);
        free(names[i]);
    }
    free(names);
}

enum err
archive_read_dir(const char *dir, const struct archive_caps *caps,
                 struct archive_list *out, struct buf *why)
{
    size_t before = why->size;
    struct reading r = {.archive_size = SIZE_MAX, /* nothing is packed */
                        .caps = caps,
                        .list = out,
                        .why = why};
    struct stat st;

    memset(out, 0, sizeof *out);
    if (stat(dir, &st) == -1 || !S_ISDIR(st.st_mode)) {
        buf_fmt(why, "%s: is not a folder\n", dir);
        return ERR_NOT_FOUND;
    }
    read_dir(&r, dir, "", 0);
    finish(&r);
    return end_of(&r, before);
}

/* -- lists, and writing -- */

void
archive_list_free(struct archive_list *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->entry[i].name);
        free(l->entry[i].data);
    }
    free(l->entry);
    memset(l, 0, sizeof *l);
}

static la_ssize_t
write_buf(struct archive *a, void *cookie, const void *data, size_t size)
{
    struct buf *out = cookie;

    (void)a;
    buf_add(out, data, size);
    return (la_ssize_t)size;
}

static void
write_entry(struct archive *a, const struct archive_entry_data *d)
{
    struct archive_entry *e = archive_entry_new();

    archive_entry_set_pathname(e, d->name);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, (la_int64_t)d->size);
    archive_entry_set_mtime(e, 0, 0);
    if (archive_write_header(a, e) != ARCHIVE_OK ||
        archive_write_data(a, d->data, d->size) != (la_ssize_t)d->size)
        fatal("archive", "name=%s error=\"%s\"", d->name,
              archive_error_string(a));
    archive_entry_free(e);
}

void
archive_write(const struct archive_list *l, struct buf *out)
{
    struct archive *a = archive_write_new();

    if (a == NULL)
        fatal("out of memory", "in=libarchive");
    archive_write_set_format_pax_restricted(a);
    archive_write_add_filter_gzip(a);
    /* gzip's header has a time of its own */
    archive_write_set_options(a, "gzip:!timestamp");
    archive_write_set_bytes_in_last_block(a, 1);
    archive_write_open(a, out, NULL, write_buf, NULL);
    for (size_t i = 0; i < l->count; i++)
        write_entry(a, &l->entry[i]);
    archive_write_close(a);
    archive_write_free(a);
}
