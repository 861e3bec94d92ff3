#include "lib/counters.h"

#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct slot {
    char name[COUNTER_NAME_MAX]; /* "" free */
    counter value;
};

/* The layout of the file; another magic is another layout. */
struct counters {
    char magic[8];
    struct slot slot[COUNTERS_MAX];
};

static const char MAGIC[8] = "assayc1";

static struct counters *
map_file(const char *path, bool writable)
{
    struct counters *c = MAP_FAILED;
    struct stat st;
    int fd = open(path, (writable ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC,
                  0640);
    if (fd < 0)
        return NULL;
    if (writable && ftruncate(fd, sizeof *c) != 0)
        log_errno("cannot size counters", "file=%s", path);
    else if (fstat(fd, &st) == 0 && (size_t)st.st_size >= sizeof *c)
        c = mmap(NULL, sizeof *c, writable ? PROT_READ | PROT_WRITE : PROT_READ,
                 MAP_SHARED, fd, 0);
    close(fd);
    return c == MAP_FAILED ? NULL : c;
}

struct counters *
counters_open(const char *program)
{
    char *path = xasprintf("%s/%s.counters", conf()->run_dir, program);
    struct counters *c = map_file(path, true);

    if (c == NULL) {
        log_errno("counters are not kept", "file=%s", path);
        c = xcalloc(1, sizeof *c);
    }
    if (memcmp(c->magic, MAGIC, sizeof MAGIC) != 0) {
        memset(c, 0, sizeof *c);
        memcpy(c->magic, MAGIC, sizeof MAGIC);
    }
    free(path);
    return c;
}

counter *
counters_get(struct counters *c, const char *name)
{
    for (size_t i = 0; i < COUNTERS_MAX; i++) {
        struct slot *s = &c->slot[i];
        if (s->name[0] == '\0')
            snprintf(s->name, sizeof s->name, "%s", name);
        if (strcmp(s->name, name) == 0)
            return &s->value;
    }
    fatal("too many counters", "name=%s", name);
}

int
counters_read(const char *path,
              void (*each)(void *cookie, const char *name, uint64_t value),
              void *cookie)
{
    struct counters *c = map_file(path, false);
    if (c == NULL)
        return -1;
    int rc = memcmp(c->magic, MAGIC, sizeof MAGIC) == 0 ? 0 : -1;
    for (size_t i = 0; rc == 0 && i < COUNTERS_MAX && c->slot[i].name[0]; i++) {
        char name[COUNTER_NAME_MAX];
        snprintf(name, sizeof name, "%s", c->slot[i].name);
        each(cookie, name, atomic_load(&c->slot[i].value));
    }
    munmap(c, sizeof *c);
    return rc;
}
