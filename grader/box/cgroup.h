/* Control groups: limits and counts of a slot's leaf.
 *
 * Version 2 where it is delegated to us, version 1 (also of a hybrid host)
 * where we may write it, each controller on its own; what is missing has a
 * softer fallback and is announced.
 *
 * https://docs.kernel.org/admin-guide/cgroup-v2.html
 * https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */
#ifndef GRADER_BOX_CGROUP_H
#define GRADER_BOX_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cgroup_what {
    CGROUP_MEMORY = 1,
    CGROUP_PIDS = 2,
    CGROUP_CPU = 4
};

enum {
    CGROUP_TREES = 3
};

/* One hierarchy that we use, and what we use it for. */
struct cgroup_tree {
    bool v2;
    unsigned serves;    /* enum cgroup_what */
    char dir[PATH_MAX]; /* ours; slot N has DIR/N/s (and DIR/N/z on v2) */
};

struct cgroup_host {
    struct cgroup_tree tree[CGROUP_TREES];
    size_t ntrees;
    unsigned serves; /* of all trees */
};

/* Counters of a leaf that every run reads. */
enum cgroup_counter {
    COUNT_CPU,    /* time used */
    COUNT_MEMORY, /* charged now */
    COUNT_PEAK,   /* charged at most */
    COUNT_OOM,    /* kills by the kernel */
    COUNTERS
};

/* A leaf of a slot, in each tree: "s", where submissions live, or "t", where
 * the tests of split runs do; beside it is "z", where the zygote lives on v2
 * (on v1 it stays with box). */
struct cgroup_leaf {
    const char *name;        /* "s" or "t" */
    int dir[CGROUP_TREES];   /* its folder */
    int procs[CGROUP_TREES]; /* its cgroup.procs, for writing */
    size_t ntrees;
    int zygote;          /* dir of "z" for CLONE_INTO_CGROUP; -1 */
    int count[COUNTERS]; /* files kept open: to open one takes longer than to
                            read it; -1: not served */
    bool v2[COUNTERS];
    int64_t base_peak; /* v2 before that: what it said before the job */
    int64_t seen_peak; /* and what cgroup_leaf_watch() saw since then */
    int64_t memory_kb; /* limits now in force; -1 not set yet */
    int64_t processes;
    int64_t held_kb; /* charged before the job, and cannot be reclaimed */
    int64_t base_kb; /* charged before the job */
    int64_t base_cpu_us;
    int64_t base_oom;
};

/* What a leaf is before it is opened, and stays without cgroups. */
extern const struct cgroup_leaf cgroup_no_leaf;

/* Find and make what this host gives us, sweep what dead boxes left.  Never
 * fails: `serves` says what there is. */
void cgroup_open(struct cgroup_host *host);
void cgroup_close(struct cgroup_host *host); /* removes our folders */

/* `name` is kept.  0, or -1 and it is said why. */
int cgroup_leaf_open(const struct cgroup_host *host, size_t index,
                     const char *name, struct cgroup_leaf *leaf);
void cgroup_leaf_close(const struct cgroup_host *host, size_t index,
                       struct cgroup_leaf *leaf);

/* Is anything in the leaf (has the runner attached itself)? */
bool cgroup_leaf_populated(const struct cgroup_host *host,
                           const struct cgroup_leaf *leaf);
/* Before a job: set limits, forget peaks, note counters. */
int cgroup_leaf_begin(const struct cgroup_host *host, struct cgroup_leaf *leaf,
                      int64_t memory_kb, int64_t processes);
/* Before the job of what was started ahead, after a cgroup_leaf_begin(): its
 * limits.  Memory counts from then, as if it started now; CPU time from now. */
int cgroup_leaf_resume(const struct cgroup_host *host, struct cgroup_leaf *leaf,
                       int64_t memory_kb, int64_t processes);
/* While a run lasts, every few milliseconds: look at its memory, for the sake
 * of kernels that cannot tell its peak from an earlier run's. */
void cgroup_leaf_watch(struct cgroup_leaf *leaf);
/* Since then.  Each is 0 where the host does not serve it. */
int64_t cgroup_leaf_cpu_us(const struct cgroup_leaf *leaf);
/* `exact`: false where it is only the highest that was seen, or nothing. */
int64_t cgroup_leaf_peak_kb(const struct cgroup_leaf *leaf, bool *exact);
/* How long what lives there now, its first threads, was ready to run and did
 * not: other programs had the processors. */
int64_t cgroup_leaf_starved_us(const struct cgroup_host *host,
                               const struct cgroup_leaf *leaf);
int64_t cgroup_leaf_oom_kills(const struct cgroup_leaf *leaf);

#endif
