/* The harness of Python unit tests; for judge_unittest.c. */
#ifndef GRADER_JUDGE_HARNESS_H
#define GRADER_JUDGE_HARNESS_H

#include "grader/judge_internal.h"

#include <stdbool.h>
#include <stddef.h>

/* What is known of a package's tests before a submission is run. */
struct harness_plan {
    char **id; /* their names, each demanded exactly once */
    size_t count;
    char *text;    /* for the tests' process, which alone reads it */
    bool verified; /* no test depends on the word of a submission's objects */
};

/* From memory, or by a run of the model solution.  It lives until some other
 * packages came.  Errors as of judge_program(); ERR_INTERNAL: the tests do not
 * load or fail their own model solution (logged). */
enum err harness_plan(struct judge *j, const struct harness_plan **out);

/* Run `code` with the package's tests; their frames (grader/judge_frames.h)
 * come to `watch`.  `plan` NULL: list the tests. */
enum err harness_run(struct judge *j, const struct harness_plan *plan,
                     const char *code, size_t code_size, run_watch *watch,
                     void *cookie, struct run_result *r);

#endif
