#include "grader/box/cgroup.h"

#include "grader/box/box.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "assay-box." /* and our pid */

enum {
    DIR_ROOM = PATH_MAX - 64 /* of a path that gets names appended */
};

/* -- small files -- */

static int
write_at(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    int saved = errno;
    close(fd);
    errno = saved;
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

static int
write_number(int dir, const char *name, int64_t n)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)n);
    return write_at(dir, name, text);
}

static int
read_at(int dir, const char *name, char *text, size_t size)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    if (n < 0)
        return -1;
    text[n] = '\0';
    return 0;
}

static int64_t
read_number(int dir, const char *name)
{
    char text[64];
    return read_at(dir, name, text, sizeof text) == 0 ? atoll(text) : 0;
}

/* The number after `key` in a file of "key number" lines; 0 when absent. */
static int64_t
read_key(int dir, const char *name, const char *key)
{
    char text[4096], *state = NULL;
    size_t n = strlen(key);
    if (read_at(dir, name, text, sizeof text) != 0)
        return 0;
    for (char *line = strtok_r(text, "\n", &state); line != NULL;
         line = strtok_r(NULL, "\n", &state))
        if (strncmp(line, key, n) == 0 && line[n] == ' ')
            return atoll(line + n + 1);
    return 0;
}

static bool
has_word(const char *list, const char *word, char separator)
{
    size_t n = strlen(word);
    for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
        if ((p == list || p[-1] == separator) &&
            (p[n] == separator || p[n] == '\0' || p[n] == '\n'))
            return true;
    return false;
}

/* -- finding -- */

/* Our own path in the hierarchy whose controller list (second field of
 * /proc/self/cgroup) contains `controller`; "" is version 2's. */
static int
own_path(const char *controller, char *path, size_t size)
{
    char line[PATH_MAX + 256];
    int rc = -1;
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f != NULL && rc != 0 && fgets(line, sizeof line, f) != NULL) {
        char *list = strchr(line, ':');
        char *where = list != NULL ? strchr(list + 1, ':') : NULL;
        if (where == NULL)
            continue;
        list++;
        *where++ = '\0';
        where[strcspn(where, "\n")] = '\0';
        if (*controller == '\0' ? *list == '\0'
                                : has_word(list, controller, ','))
            rc = snprintf(path, size, "%s", where) < (int)size ? 0 : -1;
    }
    if (f != NULL)
        fclose(f);
    return rc;
}

/* Where that hierarchy is mounted, and which part of it (`root`). */
static int
mount_of(const char *controller, char *point, char *root, size_t size)
{
    char line[2 * PATH_MAX], a[PATH_MAX], b[PATH_MAX], type[64], opts[512];
    const char *want = *controller == '\0' ? "cgroup2" : "cgroup";
    int rc = -1;
    FILE *f = fopen("/proc/self/mountinfo", "re");
    while (f != NULL && rc != 0 && fgets(line, sizeof line, f) != NULL) {
        const char *rest = strstr(line, " - ");
        if (rest == NULL ||
            sscanf(line, "%*d %*d %*s %4095s %4095s", a, b) != 2 ||
            sscanf(rest, " - %63s %*s %511s", type, opts) != 2 ||
            strcmp(type, want) != 0 ||
            (*controller != '\0' && !has_word(opts, controller, ',')))
            continue;
        snprintf(root, size, "%s", a);
        snprintf(point, size, "%s", b);
        rc = 0;
    }
    if (f != NULL)
        fclose(f);
    return rc;
}

/* The folder of our own cgroup there, never the hierarchy's root by
 * assumption: on a CI machine each controller has us in another place. */
static int
own_dir(const char *controller, char *dir, size_t size)
{
    char path[PATH_MAX], point[PATH_MAX], root[PATH_MAX];
    if (own_path(controller, path, sizeof path) != 0 ||
        mount_of(controller, point, root, sizeof point) != 0)
        return -1;
    const char *rest = path;
    size_t n = strlen(root);
    if (strcmp(root, "/") != 0 && strncmp(path, root, n) == 0)
        rest = path + n;
    if (strcmp(rest, "/") == 0)
        rest = "";
    if (snprintf(dir, size, "%s%s", point, rest) >= (int)size)
        return -1;
    return access(dir, F_OK);
}

/* -- making and removing -- */

/* Remove DIR/N/{s,z}, DIR/N and DIR; cgroupfs removes no tree at once. */
static void
remove_tree(const char *dir)
{
    char path[PATH_MAX];
    DIR *d = opendir(dir);
    struct dirent *e = NULL;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (strspn(e->d_name, "0123456789") != strlen(e->d_name))
            continue;
        static const char *const leaves[] = {"/s", "/z", ""};
        for (size_t i = 0; i < 3; i++)
            if (snprintf(path, sizeof path, "%s/%s%s", dir, e->d_name,
                         leaves[i]) < (int)sizeof path)
                rmdir(path);
    }
    if (d != NULL)
        closedir(d);
    if (rmdir(dir) != 0 && errno != ENOENT)
        note_errno("cannot remove cgroup", "dir=%s", dir);
}

/* A box that was killed leaves empty folders. */
static void
sweep(const char *parent)
{
    char path[PATH_MAX];
    DIR *d = opendir(parent);
    struct dirent *e = NULL;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (strncmp(e->d_name, FOLDER, strlen(FOLDER)) != 0)
            continue;
        long pid = atol(e->d_name + strlen(FOLDER));
        if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
            continue;
        if (snprintf(path, sizeof path, "%s/%s", parent, e->d_name) <
            (int)sizeof path)
            remove_tree(path);
    }
    if (d != NULL)
        closedir(d);
}

static int
make_folder(const char *parent, char *dir, size_t size)
{
    sweep(parent);
    if (snprintf(dir, size, "%.*s/" FOLDER "%d", DIR_ROOM, parent,
                 (int)getpid()) >= (int)size)
        return -1;
    return mkdir(dir, 0755) == 0 || errno == EEXIST ? 0 : -1;
}

/* Version 1: one tree per hierarchy; controllers that are mounted together
 * share one. */
static void
open_v1(struct cgroup_host *host, const char *controller, unsigned what)
{
    char parent[PATH_MAX];
    if ((host->serves & what) != 0 || host->ntrees == CGROUP_TREES ||
        own_dir(controller, parent, sizeof parent) != 0)
        return;
    struct cgroup_tree *t = &host->tree[host->ntrees];
    *t = (struct cgroup_tree){0};
    if (make_folder(parent, t->dir, sizeof t->dir) != 0)
        return;
    host->serves |= what;
    for (size_t i = 0; i < host->ntrees; i++) {
        if (strcmp(host->tree[i].dir, t->dir) == 0) {
            host->tree[i].serves |= what;
            return;
        }
    }
    t->serves = what;
    host->ntrees++;
}

static int
enable(const char *dir, const char *controllers)
{
    int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), rc = -1;
    if (fd >= 0) {
        rc = write_at(fd, "cgroup.subtree_control", controllers);
        close(fd);
    }
    return rc;
}

/* Move ourselves into PARENT/box-daemon: a v2 cgroup with controllers for its
 * children may hold no process itself. */
static int
step_aside(const char *parent)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%.*s/box-daemon", DIR_ROOM, parent) < 0 ||
        (mkdir(path, 0755) != 0 && errno != EEXIST))
        return -1;
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), rc = -1;
    if (fd >= 0) {
        rc = write_at(fd, "cgroup.procs", "0");
        close(fd);
    }
    return rc;
}

/* Version 2 under `parent`; `aside`: it is our own cgroup. */
static int
open_v2_at(struct cgroup_host *host, const char *parent, bool aside)
{
    char have[512] = "", want[64] = "";
    struct cgroup_tree *t = &host->tree[host->ntrees];
    *t = (struct cgroup_tree){.v2 = true};
    int fd = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        read_at(fd, "cgroup.controllers", have, sizeof have);
    if (fd >= 0)
        close(fd);
    have[strcspn(have, "\n")] = '\0';
    if (has_word(have, "memory", ' ')) {
        strcat(want, "+memory ");
        t->serves |= CGROUP_MEMORY | CGROUP_CPU; /* cpu.stat is always there */
    }
    if (has_word(have, "pids", ' ')) {
        strcat(want, "+pids");
        t->serves |= CGROUP_PIDS;
    }
    if (t->serves == 0 || (aside && step_aside(parent) != 0))
        return -1;
    /* EBUSY: others live in our cgroup (a login session): not delegated */
    if (enable(parent, want) != 0 ||
        make_folder(parent, t->dir, sizeof t->dir) != 0)
        return -1;
    if (enable(t->dir, want) != 0) {
        rmdir(t->dir);
        return -1;
    }
    host->serves |= t->serves;
    host->ntrees++;
    return 0;
}

static void
open_v2(struct cgroup_host *host)
{
    char dir[PATH_MAX], point[PATH_MAX], root[PATH_MAX];
    if (own_dir("", dir, sizeof dir) == 0 &&
        mount_of("", point, root, sizeof point) == 0 &&
        strcmp(dir, point) != 0 && open_v2_at(host, dir, true) == 0)
        return;
    /* root without a delegated unit (`make run` in a session): beside all
     * others, where the hierarchy's root allows it */
    if (geteuid() == 0 && mount_of("", point, root, sizeof point) == 0)
        open_v2_at(host, point, false);
}

void
cgroup_open(struct cgroup_host *host)
{
    *host = (struct cgroup_host){0};
    open_v2(host);
    open_v1(host, "memory", CGROUP_MEMORY);
    open_v1(host, "pids", CGROUP_PIDS);
    open_v1(host, "cpuacct", CGROUP_CPU);
}

void
cgroup_close(struct cgroup_host *host)
{
    for (size_t i = 0; i < host->ntrees; i++)
        remove_tree(host->tree[i].dir);
    *host = (struct cgroup_host){0};
}

/* -- leaves -- */

static int
make_leaf(const struct cgroup_tree *t, size_t index, const char *leaf, int *dir)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.*s/%zu", DIR_ROOM, t->dir, index);
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return -1;
    if (t->v2) {
        char want[32] = "";
        if (t->serves & CGROUP_MEMORY)
            strcat(want, "+memory ");
        if (t->serves & CGROUP_PIDS)
            strcat(want, "+pids");
        if (enable(path, want) != 0)
            return -1;
    }
    snprintf(path, sizeof path, "%.*s/%zu/%s", DIR_ROOM, t->dir, index, leaf);
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return -1;
    *dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *dir < 0 ? -1 : 0;
}

int
cgroup_leaf_open(const struct cgroup_host *host, size_t index,
                 struct cgroup_leaf *leaf)
{
    *leaf = (struct cgroup_leaf){
        .zygote = -1, .peak = -1, .memory_kb = -1, .processes = -1};
    for (size_t i = 0; i < host->ntrees; i++) {
        const struct cgroup_tree *t = &host->tree[i];
        leaf->dir[i] = leaf->procs[i] = -1;
        leaf->ntrees = i + 1;
        if (make_leaf(t, index, "s", &leaf->dir[i]) != 0)
            goto fail;
        leaf->procs[i] = openat(leaf->dir[i], "cgroup.procs",
                                O_WRONLY | O_CLOEXEC);
        if (leaf->procs[i] < 0)
            goto fail;
        if (t->v2 && make_leaf(t, index, "z", &leaf->zygote) != 0)
            goto fail;
        /* one process over the limit ends them all (v1: box does that) */
        if (t->v2 && (t->serves & CGROUP_MEMORY)) {
            write_at(leaf->dir[i], "memory.oom.group", "1");
            write_at(leaf->dir[i], "memory.swap.max", "0");
            leaf->peak = openat(leaf->dir[i], "memory.peak",
                                O_RDWR | O_CLOEXEC);
        }
    }
    return 0;
fail:
    note_errno("cannot make cgroup leaf", "slot=%zu", index);
    cgroup_leaf_close(host, index, leaf);
    return -1;
}

void
cgroup_leaf_close(const struct cgroup_host *host, size_t index,
                  struct cgroup_leaf *leaf)
{
    close_all(&leaf->zygote, 1);
    close_all(&leaf->peak, 1);
    for (size_t i = 0; i < leaf->ntrees; i++) {
        char path[PATH_MAX];
        static const char *const parts[] = {"/s", "/z", ""};
        close_all(&leaf->dir[i], 1);
        close_all(&leaf->procs[i], 1);
        for (size_t k = 0; k < 3; k++) {
            snprintf(path, sizeof path, "%.*s/%zu%s", DIR_ROOM,
                     host->tree[i].dir, index, parts[k]);
            rmdir(path);
        }
    }
    leaf->ntrees = 0;
}

/* The tree that serves `what`: its leaf's folder, or -1. */
static int
serving(const struct cgroup_host *host, const struct cgroup_leaf *leaf,
        unsigned what, bool *v2)
{
    for (size_t i = 0; i < leaf->ntrees; i++) {
        if ((host->tree[i].serves & what) != 0) {
            *v2 = host->tree[i].v2;
            return leaf->dir[i];
        }
    }
    return -1;
}

bool
cgroup_leaf_populated(const struct cgroup_host *host,
                      const struct cgroup_leaf *leaf)
{
    for (size_t i = 0; i < host->ntrees; i++) {
        char text[16] = "";
        if (read_at(leaf->dir[i], "cgroup.procs", text, sizeof text) != 0 ||
            *text == '\0')
            return false;
    }
    return true;
}

/* Version 1 keeps memsw >= limit at every moment, so the order matters. */
static int
limit_memory(int dir, bool v2, int64_t bytes)
{
    if (v2)
        return write_number(dir, "memory.max", bytes);
    bool swap = faccessat(dir, "memory.memsw.limit_in_bytes", W_OK, 0) == 0;
    int rc = write_number(dir, "memory.limit_in_bytes", bytes);
    if (swap)
        write_number(dir, "memory.memsw.limit_in_bytes", bytes);
    if (rc != 0)
        rc = write_number(dir, "memory.limit_in_bytes", bytes);
    return rc;
}

/* What was charged before the job (the last run's output, until graderd has
 * read it) is added to the limit, so that it cannot cost this one. */
static int
begin_memory(int dir, bool v2, struct cgroup_leaf *leaf, int64_t memory_kb)
{
    int64_t used = read_number(dir,
                               v2 ? "memory.current" : "memory.usage_in_bytes");
    leaf->base_kb = used / 1024;
    int64_t limit = memory_kb + leaf->base_kb;
    if (limit != leaf->memory_kb && limit_memory(dir, v2, limit * 1024) != 0)
        return -1;
    leaf->memory_kb = limit;
    /* v2: a reset holds for the descriptor that wrote it; before 6.12 a stale
     * peak is never reported as this run's (v2_peak_kb) */
    if (!v2)
        write_number(dir, "memory.max_usage_in_bytes", 0);
    else if (leaf->peak < 0 || write(leaf->peak, "reset", 5) < 0)
        leaf->base_peak = read_number(dir, "memory.peak");
    leaf->base_oom = v2 ? read_key(dir, "memory.events", "oom_kill")
                        : read_key(dir, "memory.oom_control", "oom_kill");
    return 0;
}

int
cgroup_leaf_begin(const struct cgroup_host *host, struct cgroup_leaf *leaf,
                  int64_t memory_kb, int64_t processes)
{
    bool v2 = false;
    int dir = serving(host, leaf, CGROUP_MEMORY, &v2);
    if (dir >= 0 && begin_memory(dir, v2, leaf, memory_kb) != 0) {
        note_errno("cannot limit memory", "kb=%lld", (long long)memory_kb);
        return -1;
    }
    dir = serving(host, leaf, CGROUP_PIDS, &v2);
    if (dir >= 0 && processes != leaf->processes) {
        if (write_number(dir, "pids.max", processes) != 0) {
            note_errno("cannot limit processes", "%s", "");
            return -1;
        }
        leaf->processes = processes;
    }
    leaf->base_cpu_us = 0;
    leaf->base_cpu_us = cgroup_leaf_cpu_us(host, leaf);
    return 0;
}

int64_t
cgroup_leaf_cpu_us(const struct cgroup_host *host,
                   const struct cgroup_leaf *leaf)
{
    bool v2 = false;
    int dir = serving(host, leaf, CGROUP_CPU, &v2);
    if (dir < 0)
        return 0;
    int64_t us = v2 ? read_key(dir, "cpu.stat", "usage_usec")
                    : read_number(dir, "cpuacct.usage") / 1000;
    return us - leaf->base_cpu_us;
}

/* 0 where the kernel cannot tell this run's peak from an earlier one's. */
static int64_t
v2_peak_kb(int dir, const struct cgroup_leaf *leaf)
{
    char text[32] = "";
    if (leaf->peak >= 0 && pread(leaf->peak, text, sizeof text - 1, 0) > 0)
        return atoll(text) / 1024;
    int64_t peak = read_number(dir, "memory.peak");
    return peak > leaf->base_peak ? peak / 1024 : 0;
}

int64_t
cgroup_leaf_peak_kb(const struct cgroup_host *host,
                    const struct cgroup_leaf *leaf)
{
    bool v2 = false;
    int dir = serving(host, leaf, CGROUP_MEMORY, &v2);
    if (dir < 0)
        return 0;
    int64_t kb = v2 ? v2_peak_kb(dir, leaf)
                    : read_number(dir, "memory.max_usage_in_bytes") / 1024;
    kb -= leaf->base_kb;
    return kb > 0 ? kb : 0;
}

int64_t
cgroup_leaf_oom_kills(const struct cgroup_host *host,
                      const struct cgroup_leaf *leaf)
{
    bool v2 = false;
    int dir = serving(host, leaf, CGROUP_MEMORY, &v2);
    if (dir < 0)
        return 0;
    int64_t n = v2 ? read_key(dir, "memory.events", "oom_kill")
                   : read_key(dir, "memory.oom_control", "oom_kill");
    return n - leaf->base_oom;
}
