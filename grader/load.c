#include "grader/load.h"

#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    KEPT = 8, /* parsed packages: a class works on one or two at a time */
    PACKAGE_MAX_BYTES = 64 << 20
};

struct kept {
    char hash[65];
    struct package *package; /* NULL: free */
    uint64_t used;           /* the largest is the latest */
};

struct load_cache {
    struct kept kept[KEPT];
    uint64_t clock;
};

struct load_cache *
load_cache_new(void)
{
    return xcalloc(1, sizeof(struct load_cache));
}

void
load_cache_free(struct load_cache *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < KEPT; i++)
        package_free(c->kept[i].package);
    free(c);
}

static bool
has_hash(const void *data, size_t size, const char *hash)
{
    unsigned char raw[SECRET_HASH_SIZE];
    char hex[2 * SECRET_HASH_SIZE + 1];
    secret_hash(data, size, raw);
    secret_hex(raw, sizeof raw, hex);
    return strcmp(hex, hash) == 0;
}

/* The bytes from the disk cache; false when they are not there, or are not
 * what their name says (then they are removed). */
static bool
read_disk(const char *hash, struct buf *out)
{
    char *path = xasprintf("%s/packages/%s", conf()->state_dir, hash);
    bool ok = buf_read_file(out, path, PACKAGE_MAX_BYTES) == 0;
    if (ok && !has_hash(out->data, out->size, hash)) {
        log_warn("damaged package in the cache, fetching it again", "file=%s",
                 path);
        unlink(path);
        ok = false;
    }
    if (!ok)
        buf_free(out);
    free(path);
    return ok;
}

static bool
write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

/* Keep the bytes for the other workers and for the next start: under another
 * name first, so that no reader ever sees half of them. */
static void
write_disk(const char *hash, const void *data, size_t size)
{
    char *dir = xasprintf("%s/packages", conf()->state_dir);
    char *path = xasprintf("%s/%s", dir, hash);
    char *part = xasprintf("%s/.%s.%d", dir, hash, (int)getpid());

    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        log_errno("cannot keep packages", "dir=%s", dir);
        goto out;
    }
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_all(fd, data, size);
    if (fd >= 0 && close(fd) != 0)
        ok = false;
    if (!ok || rename(part, path) != 0) {
        log_errno("cannot keep package", "file=%s", path);
        unlink(part);
    }
out:
    free(dir);
    free(path);
    free(part);
}

static enum err
fetch(struct db *db, const struct grading *g, struct buf *out)
{
    void *data = NULL;
    size_t size = 0;
    if (read_disk(g->package_hash, out))
        return ERR_OK;
    enum err e = grading_package(db, g->version_id, &data, &size);
    if (e == ERR_OK && !has_hash(data, size, g->package_hash)) {
        log_warn("package does not have its hash", "version=%lld",
                 (long long)g->version_id);
        e = ERR_INTERNAL;
    }
    if (e == ERR_OK) {
        write_disk(g->package_hash, data, size);
        buf_add(out, data, size);
    }
    free(data);
    return e == ERR_NOT_FOUND ? ERR_INTERNAL : e;
}

/* The place of the package that was not used for the longest time. */
static struct kept *
oldest(struct load_cache *c)
{
    struct kept *k = &c->kept[0];
    for (size_t i = 1; i < KEPT; i++)
        if (c->kept[i].used < k->used)
            k = &c->kept[i];
    return k;
}

enum err
load_package(struct load_cache *c, struct db *db, const struct grading *g,
             const struct package **out)
{
    struct buf archive = {0}, why = {0};
    struct package *p = NULL;

    c->clock++;
    for (size_t i = 0; i < KEPT; i++) {
        struct kept *k = &c->kept[i];
        if (k->package != NULL && strcmp(k->hash, g->package_hash) == 0) {
            k->used = c->clock;
            *out = k->package;
            return ERR_OK;
        }
    }
    enum err e = fetch(db, g, &archive);
    if (e == ERR_OK &&
        package_read(g->slug, archive.data, archive.size, &p, &why) != ERR_OK) {
        log_warn("published package is not readable", "version=%lld why=\"%s\"",
                 (long long)g->version_id, why.data ? why.data : "");
        e = ERR_INTERNAL;
    }
    if (e == ERR_OK) {
        struct kept *k = oldest(c);
        package_free(k->package);
        k->package = p;
        k->used = c->clock;
        snprintf(k->hash, sizeof k->hash, "%s", g->package_hash);
        *out = p;
    }
    buf_free(&archive);
    buf_free(&why);
    return e;
}
