/* The harness of Python unit tests; for judge_unittest.c. */
#ifndef GRADER_JUDGE_HARNESS_H
#define GRADER_JUDGE_HARNESS_H

#include "grader/judge_internal.h"
#include "grader/judge_rerun.h"

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
 * come to `watch`; `again` as of rerun_if_near().  `plan` NULL: list the tests,
 * and `again` is not used. */
enum err harness_run(struct judge *j, const struct harness_plan *plan,
                     const char *code, size_t code_size, run_watch *watch,
                     rerun_again *again, void *cookie, struct run_result *r);

#endif
