#include "grader/compiled.h"

#include "grader/run.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/secret.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* An entry: MAGIC, the hash of what follows, a newline; then the key (an entry
 * under another's name is a wrong one), the size of the words, and both
 * texts. */
#define MAGIC "assay-compiled-1 "

enum {
    HEAD_SIZE = sizeof MAGIC - 1 + 64 + 1,
    ENTRY_MAX_BYTES = 80 << 20, /* box's largest artefact, and some */
    LEFT_AFTER_S = 600          /* a writer that took so long is dead */
};

/* `size` bytes in a form that no other list of parts has. */
static void
add_part(struct buf *b, const void *data, size_t size)
{
    buf_fmt(b, "%zu:", size);
    buf_add(b, data, size);
}

static void
hash_hex(const void *data, size_t size, char hex[COMPILED_KEY_SIZE])
{
    unsigned char raw[SECRET_HASH_SIZE];

    secret_hash(data, size, raw);
    secret_hex(raw, sizeof raw, hex);
}

void
compiled_key(const struct language *l, const char *const *argv,
             const void *source, size_t size, char key[COMPILED_KEY_SIZE])
{
    struct buf b = {0};

    add_part(&b, l->id, strlen(l->id));
    add_part(&b, l->build, strlen(l->build));
    add_part(&b, l->source, strlen(l->source));
    add_part(&b, l->artefact, strlen(l->artefact));
    add_part(&b, l->with, strlen(l->with));
    add_part(&b, l->with_text, l->with_size);
    for (; *argv != NULL; argv++)
        add_part(&b, *argv, strlen(*argv));
    buf_str(&b, ";");
    add_part(&b, source, size);
    hash_hex(b.data, b.size, key);
    buf_free(&b);
}

static char *
folder(void)
{
    return xasprintf("%s/compiled", conf()->state_dir);
}

/* -- reading -- */

/* Where the artefact begins in this entry, right behind *words bytes of words;
 * 0: it is not what its name says. */
static size_t
check_entry(const char *key, const struct buf *b, size_t *words)
{
    char hash[COMPILED_KEY_SIZE], *end;
    const char *body = b->data + HEAD_SIZE, *p = body + COMPILED_KEY_SIZE;
    size_t left, n;

    if (b->size < HEAD_SIZE + COMPILED_KEY_SIZE ||
        memcmp(b->data, MAGIC, sizeof MAGIC - 1) != 0 ||
        b->data[HEAD_SIZE - 1] != '\n')
        return 0;
    hash_hex(body, b->size - HEAD_SIZE, hash);
    if (memcmp(b->data + sizeof MAGIC - 1, hash, 64) != 0 ||
        memcmp(body, key, COMPILED_KEY_SIZE - 1) != 0)
        return 0;
    n = strtoul(p, &end, 10);
    left = (size_t)(b->data + b->size - end);
    if (*end != '\n' || n > left - 1)
        return 0;
    *words = n;
    return (size_t)(end + 1 - b->data) + n;
}

int
compiled_get(const char *key, struct buf *words)
{
    char *dir = folder(), *path = xasprintf("%s/%s", dir, key);
    struct buf b = {0};
    size_t start = 0, n = 0;
    int fd = -1;

    if (conf()->compiled_max_mb == 0)
        goto out;
    if (buf_read_file(&b, path, ENTRY_MAX_BYTES) == 0)
        start = check_entry(key, &b, &n);
    else if (errno == ENOENT)
        goto out;
    if (start == 0) {
        log_warn("damaged program in the cache, compiling it again", "file=%s",
                 path);
        unlink(path);
        goto out;
    }
    fd = run_memfd("artefact", b.data + start, b.size - start);
    if (fd == -1)
        log_errno("memfd", "file=%s", path);
    else
        buf_add(words, b.data + start - n, n);
    /* its last use, whatever the mount says of access times */
    utimensat(AT_FDCWD, path, NULL, 0);
out:
    buf_free(&b);
    free(path);
    free(dir);
    return fd;
}

/* -- writing -- */

static bool
read_memfd(int fd, size_t size, struct buf *out)
{
    char chunk[65536];

    for (size_t at = 0; at < size;) {
        ssize_t n = pread(fd, chunk, sizeof chunk, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        buf_add(out, chunk, (size_t)n);
        at += (size_t)n;
    }
    return true;
}

static bool
write_all(int fd, const struct buf *b)
{
    for (size_t at = 0; at < b->size;) {
        ssize_t n = write(fd, b->data + at, b->size - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* Under another name first.  No fsync: what a power cut leaves does not have
 * its hash. */
static void
write_entry(const char *key, const struct buf *head, const struct buf *body)
{
    char *dir = folder(), *path = xasprintf("%s/%s", dir, key);
    char *part = xasprintf("%s/.%s.%d", dir, key, (int)getpid());
    bool ok = false;
    int fd = -1;

    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0) {
        ok = write_all(fd, head) && write_all(fd, body);
        ok = close(fd) == 0 && ok;
        ok = ok && rename(part, path) == 0;
    }
    if (!ok) {
        log_errno("cannot keep a compiled program", "file=%s", path);
        unlink(part);
    }
    free(part);
    free(path);
    free(dir);
}

void
compiled_put(const char *key, int fd, const char *words, size_t words_size)
{
    char hash[COMPILED_KEY_SIZE];
    struct buf head = {0}, body = {0};
    struct stat st;

    if (fstat(fd, &st) != 0 ||
        st.st_size > conf()->compiled_max_mb * (1 << 20) / 4)
        return;
    buf_fmt(&body, "%s\n%zu\n", key, words_size);
    if (words_size > 0)
        buf_add(&body, words, words_size);
    if (read_memfd(fd, (size_t)st.st_size, &body)) {
        hash_hex(body.data, body.size, hash);
        buf_fmt(&head, MAGIC "%s\n", hash);
        write_entry(key, &head, &body);
    } else
        log_errno("cannot read a compiled program", "size=%lld",
                  (long long)st.st_size);
    buf_free(&head);
    buf_free(&body);
}

/* -- the bound -- */

struct entry {
    char name[COMPILED_KEY_SIZE + 16];
    int64_t size;
    struct timespec used;
};

struct listing {
    struct entry *entry;
    size_t count, room;
    int64_t total;
};

static void
look_at(struct listing *l, int dir, const char *name)
{
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(st.st_mode) || strlen(name) >= sizeof l->entry->name)
        return;
    if (name[0] == '.') {
        if (time(NULL) - st.st_mtime > LEFT_AFTER_S)
            unlinkat(dir, name, 0);
        return;
    }
    if (l->count == l->room) {
        l->room = l->room == 0 ? 64 : 2 * l->room;
        l->entry = xrealloc(l->entry, l->room * sizeof *l->entry);
    }
    struct entry *e = &l->entry[l->count++];
    memcpy(e->name, name, strlen(name) + 1);
    e->size = (int64_t)st.st_blocks * 512;
    e->used = st.st_mtim;
    l->total += e->size;
}

static int
by_use(const void *a, const void *b)
{
    const struct timespec *x = &((const struct entry *)a)->used;
    const struct timespec *y = &((const struct entry *)b)->used;

    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? -1 : 1;
    return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

static void
sweep(DIR *d)
{
    struct listing l = {0};
    int64_t bound = conf()->compiled_max_mb * (1 << 20);
    struct dirent *e;
    size_t gone = 0;

    while ((e = readdir(d)) != NULL)
        look_at(&l, dirfd(d), e->d_name);
    if (l.total > bound && l.count > 0)
        qsort(l.entry, l.count, sizeof *l.entry, by_use);
    for (; l.total > bound && gone < l.count; gone++) {
        unlinkat(dirfd(d), l.entry[gone].name, 0);
        l.total -= l.entry[gone].size;
    }
    if (gone > 0)
        log_info("compiled programs dropped", "count=%zu kept=%zu bytes=%lld",
                 gone, l.count - gone, (long long)l.total);
    free(l.entry);
}

void
compiled_sweep(void)
{
    static struct timespec seen; /* the folder's, after our last look */
    char *path = folder();
    DIR *d = opendir(path); /* not there: nothing was compiled yet */
    struct stat st;

    if (d != NULL && fstat(dirfd(d), &st) == 0 &&
        (st.st_mtim.tv_sec != seen.tv_sec ||
         st.st_mtim.tv_nsec != seen.tv_nsec)) {
        /* what is written while we look is seen the next time */
        seen = st.st_mtim;
        sweep(d);
    }
    if (d != NULL)
        closedir(d);
    free(path);
}
