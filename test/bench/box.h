/* What the files of bench-box share. */
#ifndef TEST_BENCH_BOX_H
#define TEST_BENCH_BOX_H

#include "core/language.h"
#include "core/package.h"
#include "grader/run.h"
#include "lib/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    IDLE_MS = 30, /* at least: runners rehearse 5 ms after the last run */
    SAMPLES_MAX = 5000,
    LOAD_WINDOW_MS = 2000
};

/* The whole of a benchmark.  Times are milliseconds, of CLOCK_MONOTONIC. */
struct bench {
    const char *dir; /* a folder of our own, for what the cold commands need */
    pid_t box_pid;
    struct run_box *box;
    struct language *languages;
    size_t nlanguages;
    struct package *split, *shared; /* a trivial unittest, in both modes */
    struct package *hello;          /* io kind, in c, cpp and javascript */
    int true_fd;                    /* dir/true, sealed */
};

double now_ms(void);

/* Something that was to work did not: a figure of it would be a lie. */
_Noreturn void bench_die(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/* Of `n` values, 1 to SAMPLES_MAX, in any order; `share` 0.5 is the median. */
double bench_quantile(const double *values, size_t n, double share);

/* A language of this host by a file's name; NULL: not here. */
const struct language *bench_language(const struct bench *b, const char *file);
/* The program of package `hello` for that language's files ("c"). */
const struct package_blob *bench_program(const struct bench *b,
                                         const char *extension);

/* -- box_measures.c: milliseconds of one time; they die when it fails -- */

struct stages {
    double first; /* job in hand -> first bytes of the harness */
    double end;   /* -> its last frame: the result is in hand */
    double exit;  /* -> box says that the slot is empty */
};

/* One run of the harness with the trivial tests.  Making the request (memfds)
 * is in it. */
struct stages bench_unittest(struct bench *b, const struct package *p);

double shared_result(struct bench *b);
double shared_whole(struct bench *b);
double split_result(struct bench *b);
double split_whole(struct bench *b);
double static_box(struct bench *b);
double c_first(struct bench *b);
double c_again(struct bench *b);
double cpp_first(struct bench *b);
double cpp_again(struct bench *b);
double node_box(struct bench *b);

double cold_unittest(struct bench *b);
double cold_bwrap(struct bench *b);
double cold_gcc(struct bench *b);
double cold_gpp(struct bench *b);
double cold_node(struct bench *b);

/* -- box_load.c: all cores at once, for some seconds -- */

/* Milliseconds that pass for each grading (split), or command, when as many
 * processes as there are cores do one after another. */
double load_split(struct bench *b);
double load_cold(struct bench *b);

/* -- box_tree.c: what the processes of box use -- */

struct usage {
    char kind[16]; /* "box", or the name of a zygote */
    size_t slots;
    size_t processes;
    double user_ms, system_ms; /* of these and of all that they have reaped */
    int64_t pss_kb;            /* together; -1: not ours to know */
};

enum {
    USAGE_MAX = 8
};

/* Box first, then each kind of zygote with its runners.  How many. */
size_t tree_usage(pid_t box, struct usage out[USAGE_MAX]);

/* Wait until it is idle: nothing runs, and what was to be made ready for the
 * next job is. */
void tree_idle(pid_t box);

/* What all leaves of that name ("s": submissions, "t": tests) under $BOX_CGROUP
 * have used of the processors since box began; -1: no cgroup counts it. */
double tree_leaf_ms(const char *leaf);

/* -- what can be asked for -- */

/* box_table.c.  Of the rows whose name has `word` in it ("": all).  The report,
 * as JSON, goes to file `json`. */
void bench_table(struct bench *b, const char *json, size_t rounds,
                 const char *word);
/* box_profile.c.  The first wants a box with one slot of each kind. */
void bench_profile(struct bench *b, size_t count);
void bench_load_profile(struct bench *b);

#endif
