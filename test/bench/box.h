/* What the files of bench-box share. */
#ifndef TEST_BENCH_BOX_H
#define TEST_BENCH_BOX_H

#include "core/language.h"
#include "core/package.h"
#include "grader/run.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The whole of a benchmark.  Times are milliseconds, of CLOCK_MONOTONIC. */
struct bench {
    const char *dir; /* a folder of our own, for what the cold commands need */
    pid_t box_pid;
    struct run_box *box;
    struct language *languages;
    size_t nlanguages;
    struct package *split, *shared; /* a trivial unittest, in both modes */
    struct package *io;             /* one sample: prints "Hello" */
    int static_fd;                  /* the static program, sealed */
};

double now_ms(void);

/* Of `n` values, at most 5000, in any order. */
double bench_median(const double *values, size_t n);

/* Something that was to work did not: a figure of it would be a lie. */
_Noreturn void bench_die(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/* A language of this host by a file's name; NULL: not here. */
const struct language *bench_language(const struct bench *b, const char *file);

/* -- the measures: milliseconds of one time -- */

struct stages {
    double first; /* job in hand -> first bytes of the harness */
    double end;   /* -> its last frame: the result is in hand */
    double exit;  /* -> box says that the slot is empty */
};

/* One run of the harness with the trivial tests; dies if they are not
 * accepted.  Making the request (memfds) is in it. */
struct stages bench_unittest(struct bench *b, const struct package *p);

double shared_result(struct bench *b);
double shared_whole(struct bench *b);
double split_result(struct bench *b);
double split_whole(struct bench *b);
double cold_unittest(struct bench *b);

/* Run a command (argv[0] absolute) in b->dir with a clean environment and
 * nothing to read or write; dies if its status is not 0. */
double cold_command(const struct bench *b, const char *const *argv);

#endif
