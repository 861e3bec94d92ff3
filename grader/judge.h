/* Judge one program on one assignment version: compile where the language
 * asks for it, run the tests, compare, and say a verdict.  Knows nothing of
 * queues and databases.
 */
#ifndef GRADER_JUDGE_H
#define GRADER_JUDGE_H

#include "core/language.h"
#include "core/package.h"
#include "core/verdict.h"
#include "grader/run.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of every build (grader/probe.h): raise it when a verdict may come out
 * otherwise than before. */
#define JUDGE_VERSION "2"

struct judge_job {
    const struct package *package;
    const struct language *language;
    const char *code;
    size_t code_size;
    /* for the package's own programs, which may be in others */
    const struct language *languages;
    size_t nlanguages;
};

/* Told of each test as it ends ("k of n"), and at least every second with
 * `test` NULL.  False: stop (ERR_STALE). */
struct judge_test {
    const char *name; /* "" where its feedback level hides it */
    enum verdict verdict;
    int64_t time_ms;
};
typedef bool judge_watch(void *cookie, const struct judge_test *test,
                         size_t done, size_t total);

struct judge_result {
    enum verdict verdict;
    double score; /* 0..1 */
    int64_t time_ms;
    int64_t memory_kb;
    char *report; /* JSON as docs/INTERFACES.md says; the caller frees */
};

/* ERR_OK: *out is filled.  ERR_UNAVAILABLE: the box; ERR_STALE: watch said
 * stop; ERR_INTERNAL: a fault of the package or of ours.  No error is ever a
 * verdict. */
enum err judge_program(struct run_box *box, const struct judge_job *job,
                       judge_watch *watch, void *cookie,
                       struct judge_result *out);
void judge_result_free(struct judge_result *r);

#endif
