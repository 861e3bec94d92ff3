/* Checkers: a program of the package that says whether an output is right
 * (the format's output validator).  It runs in the box, as submissions do, in
 * a run of its own; nothing of the submission but its output enters that run,
 * and nothing of the checker's enters the submission's.
 *
 * It is called as the format says, `checker input answer ./ [arguments]`, with
 * the output on standard input, and ends with status 42 (right) or 43 (wrong).
 * Whatever else it does is a fault of the package: no verdict, ERR_INTERNAL,
 * and a line in the log.  What it leaves in teammessage.txt is the test's
 * message; what it leaves in judgemessage.txt and writes on standard error is
 * for the staff.
 */
#ifndef GRADER_JUDGE_CHECK_H
#define GRADER_JUDGE_CHECK_H

#include "core/package.h"
#include "core/verdict.h"
#include "grader/judge_internal.h"
#include "grader/judge_program.h"
#include "lib/err.h"
#include "lib/mem.h"

struct checker {
    struct program program;
    const struct language *language; /* one of the job's */
};

/* The package's checker, made once per source, runtime and process; `*out` is
 * borrowed until this judging ends.  NULL: the package has none.  ERR_INTERNAL
 * (logged): it does not compile, or nobody here runs its language. */
enum err check_make(struct judge *j, const struct checker **out);

/* Is `actual` right?  ERR_OK: *verdict is ACCEPTED or WRONG_ANSWER, `message`
 * got the student's words, `staff` those for the staff. */
enum err check_run(struct judge *j, const struct checker *checker,
                   const struct package_test *t, const struct buf *actual,
                   enum verdict *verdict, struct buf *message,
                   struct buf *staff);

#endif
