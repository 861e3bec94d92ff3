/* A slot's leaves: limits before a job, counts after it.
 */
#include "grader/box/box.h"
#include "grader/box/cgroup.h"
#include "grader/box/cgroup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LITTLE = 8 << 20 /* bytes charged before a job that are not looked into */
};

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
        if (cgroup_enable(path, want) != 0)
            return -1;
    }
    snprintf(path, sizeof path, "%.*s/%zu/%s", DIR_ROOM, t->dir, index, leaf);
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return -1;
    *dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *dir < 0 ? -1 : 0;
}

const struct cgroup_leaf cgroup_no_leaf = {
    .zygote = -1, .count = {-1, -1, -1, -1}, .memory_kb = -1, .processes = -1};

static const struct {
    enum cgroup_what what;
    const char *v1, *v2;
} counters[COUNTERS] = {
    [COUNT_CPU] = {CGROUP_CPU, "cpuacct.usage", "cpu.stat"},
    [COUNT_MEMORY] = {CGROUP_MEMORY, "memory.usage_in_bytes", "memory.current"},
    [COUNT_PEAK] = {CGROUP_MEMORY, "memory.max_usage_in_bytes", "memory.peak"},
    [COUNT_OOM] = {CGROUP_MEMORY, "memory.oom_control", "memory.events"},
};

static void
open_counters(const struct cgroup_tree *t, int dir, struct cgroup_leaf *leaf)
{
    for (int i = 0; i < COUNTERS; i++) {
        const char *name = t->v2 ? counters[i].v2 : counters[i].v1;
        if ((t->serves & counters[i].what) == 0)
            continue;
        leaf->v2[i] = t->v2;
        /* a peak may be reset, where the kernel lets one (v2: since 6.12) */
        if (i == COUNT_PEAK)
            leaf->count[i] = openat(dir, name, O_RDWR | O_CLOEXEC);
        if (leaf->count[i] < 0)
            leaf->count[i] = openat(dir, name, O_RDONLY | O_CLOEXEC);
    }
}

int
cgroup_leaf_open(const struct cgroup_host *host, size_t index, const char *name,
                 struct cgroup_leaf *leaf)
{
    *leaf = cgroup_no_leaf;
    leaf->name = name;
    for (size_t i = 0; i < host->ntrees; i++) {
        const struct cgroup_tree *t = &host->tree[i];
        leaf->dir[i] = leaf->procs[i] = -1;
        leaf->ntrees = i + 1;
        if (make_leaf(t, index, name, &leaf->dir[i]) != 0)
            goto fail;
        leaf->procs[i] = openat(leaf->dir[i], "cgroup.procs",
                                O_WRONLY | O_CLOEXEC);
        if (leaf->procs[i] < 0)
            goto fail;
        if (t->v2 && strcmp(name, "s") == 0 &&
            make_leaf(t, index, "z", &leaf->zygote) != 0)
            goto fail;
        /* where v1 does not count swap, the limit must not lead there */
        if (!t->v2 && (t->serves & CGROUP_MEMORY))
            cgroup_write(leaf->dir[i], "memory.swappiness", "0");
        /* one process over the limit ends them all (v1: box does that) */
        if (t->v2 && (t->serves & CGROUP_MEMORY)) {
            cgroup_write(leaf->dir[i], "memory.oom.group", "1");
            cgroup_write(leaf->dir[i], "memory.swap.max", "0");
        }
        open_counters(t, leaf->dir[i], leaf);
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
    close_all(leaf->count, COUNTERS);
    for (size_t i = 0; i < leaf->ntrees; i++) {
        char path[PATH_MAX];
        /* the last leaf takes the slot's folder with it */
        const char *const parts[] = {leaf->name, "z", ""};
        close_all(&leaf->dir[i], 1);
        close_all(&leaf->procs[i], 1);
        for (size_t k = 0; k < 3; k++) {
            snprintf(path, sizeof path, "%.*s/%zu/%s", DIR_ROOM,
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
        if (cgroup_read(leaf->dir[i], "cgroup.procs", text, sizeof text) != 0 ||
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
        return cgroup_write_number(dir, "memory.max", bytes);
    bool swap = faccessat(dir, "memory.memsw.limit_in_bytes", W_OK, 0) == 0;
    int rc = cgroup_write_number(dir, "memory.limit_in_bytes", bytes);
    if (swap)
        cgroup_write_number(dir, "memory.memsw.limit_in_bytes", bytes);
    if (rc != 0)
        rc = cgroup_write_number(dir, "memory.limit_in_bytes", bytes);
    return rc;
}

static int
set_memory(int dir, bool v2, struct cgroup_leaf *leaf, int64_t memory_kb)
{
    int64_t limit = memory_kb + leaf->held_kb;
    if (limit != leaf->memory_kb && limit_memory(dir, v2, limit * 1024) != 0) {
        note_errno("cannot limit memory", "kb=%lld", (long long)memory_kb);
        return -1;
    }
    leaf->memory_kb = limit;
    return 0;
}

/* What was charged before the job and cannot be reclaimed (the last run's
 * output, until graderd has read it) is added to the limit, so that it cannot
 * cost this one.  Not the page cache and the dentries that earlier runs left:
 * the kernel drops those at the limit, and a limit raised by them would grow
 * from run to run by as much as programs care to read. */
static int
begin_memory(int dir, bool v2, struct cgroup_leaf *leaf, int64_t memory_kb)
{
    int64_t used = cgroup_count(leaf->count[COUNT_MEMORY], NULL);
    int64_t held = LITTLE;
    /* to read the statistics takes longer than a short run; and a limit that
     * stays the same is not written again */
    if (used > LITTLE) {
        held = cgroup_read_key(dir, "memory.stat", "shmem");
        held = held < used ? held : used;
        held = held > LITTLE ? held : LITTLE;
    }
    leaf->held_kb = held / 1024;
    if (set_memory(dir, v2, leaf, memory_kb) != 0)
        return -1;
    leaf->base_kb = cgroup_count(leaf->count[COUNT_MEMORY], NULL) / 1024;
    leaf->seen_peak = 0;
    /* v2: a reset holds for the descriptor that wrote it; before 6.12 a stale
     * peak is never reported as this run's (peak_kb) */
    int peak = leaf->count[COUNT_PEAK];
    leaf->base_peak = 0;
    if (pwrite(peak, v2 ? "reset" : "0", v2 ? 5 : 1, 0) < 0)
        leaf->base_peak = cgroup_count(peak, NULL);
    leaf->base_oom = cgroup_count(leaf->count[COUNT_OOM], "oom_kill");
    return 0;
}

/* Processes and CPU time. */
static int
begin_rest(const struct cgroup_host *host, struct cgroup_leaf *leaf,
           int64_t processes)
{
    bool v2 = false;
    int dir = serving(host, leaf, CGROUP_PIDS, &v2);
    if (dir >= 0 && processes != leaf->processes) {
        if (cgroup_write_number(dir, "pids.max", processes) != 0) {
            note_errno("cannot limit processes", "%s", "");
            return -1;
        }
        leaf->processes = processes;
    }
    leaf->base_cpu_us = 0;
    leaf->base_cpu_us = cgroup_leaf_cpu_us(leaf);
    return 0;
}

int
cgroup_leaf_begin(const struct cgroup_host *host, struct cgroup_leaf *leaf,
                  int64_t memory_kb, int64_t processes)
{
    bool v2 = false;
    int dir = serving(host, leaf, CGROUP_MEMORY, &v2);
    if (dir >= 0 && begin_memory(dir, v2, leaf, memory_kb) != 0)
        return -1;
    return begin_rest(host, leaf, processes);
}

int
cgroup_leaf_resume(const struct cgroup_host *host, struct cgroup_leaf *leaf,
                   int64_t memory_kb, int64_t processes)
{
    bool v2 = false;
    int dir = serving(host, leaf, CGROUP_MEMORY, &v2);
    if (dir >= 0 && set_memory(dir, v2, leaf, memory_kb) != 0)
        return -1;
    return begin_rest(host, leaf, processes);
}

int64_t
cgroup_leaf_cpu_us(const struct cgroup_leaf *leaf)
{
    int fd = leaf->count[COUNT_CPU];
    if (fd < 0)
        return 0;
    int64_t us = leaf->v2[COUNT_CPU] ? cgroup_count(fd, "usage_usec")
                                     : cgroup_count(fd, NULL) / 1000;
    return us - leaf->base_cpu_us;
}

void
cgroup_leaf_watch(struct cgroup_leaf *leaf)
{
    if (leaf->base_peak == 0)
        return;
    int64_t now = cgroup_count(leaf->count[COUNT_MEMORY], NULL);
    if (now > leaf->seen_peak)
        leaf->seen_peak = now;
}

/* Where the kernel cannot tell this run's peak from an earlier one's, that is
 * this run's only when it is higher. */
int64_t
cgroup_leaf_peak_kb(const struct cgroup_leaf *leaf, bool *exact)
{
    int64_t peak = cgroup_count(leaf->count[COUNT_PEAK], NULL);
    *exact = peak > leaf->base_peak;
    int64_t kb = (*exact ? peak : leaf->seen_peak) / 1024 - leaf->base_kb;
    return kb > 0 ? kb : 0;
}

int64_t
cgroup_leaf_oom_kills(const struct cgroup_leaf *leaf)
{
    int fd = leaf->count[COUNT_OOM];
    return fd < 0 ? 0 : cgroup_count(fd, "oom_kill") - leaf->base_oom;
}

/* /proc/PID/schedstat: time on a processor, time waiting for one (both in ns),
 * turns.  https://docs.kernel.org/scheduler/sched-stats.html */
static int64_t
waited_ns(long pid)
{
    char path[64], text[128] = "";
    long long on = 0, waited = 0;
    snprintf(path, sizeof path, "/proc/%ld/schedstat", pid);
    if (cgroup_read(AT_FDCWD, path, text, sizeof text) != 0 ||
        sscanf(text, "%lld %lld", &on, &waited) != 2)
        return 0;
    return waited;
}

int64_t
cgroup_leaf_starved_us(const struct cgroup_host *host,
                       const struct cgroup_leaf *leaf)
{
    char text[4096] = "", *state = NULL;
    int64_t ns = 0;
    if (host->ntrees == 0 ||
        cgroup_read(leaf->dir[0], "cgroup.procs", text, sizeof text) != 0)
        return 0;
    for (char *line = strtok_r(text, "\n", &state); line != NULL;
         line = strtok_r(NULL, "\n", &state))
        ns += waited_ns(strtol(line, NULL, 10));
    return ns / 1000;
}
