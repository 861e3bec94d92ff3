/* What a report says of the end of a run: text in, text out, nothing run.
 * Every text here was written by a submission, and may be made to mislead:
 * it decides no verdict, is bounded, and is cleaned (lib/text.h) before
 * anybody sees it.
 */
#ifndef GRADER_JUDGE_WORDS_H
#define GRADER_JUDGE_WORDS_H

#include "core/verdict.h"
#include "grader/run.h"
#include "lib/mem.h"

#include <stdbool.h>
#include <stddef.h>

/* The verdict that the end of a run means, and a sentence on it.  ACCEPTED
 * when it ended by itself with status 0: then the output decides.  After a
 * crash the last lines of standard error follow (a traceback, an assertion);
 * after a time-out the place where it hung, when that is known. */
enum verdict judge_end(const struct run_result *r, struct buf *message);

/* The last lines of `text` that say something, cleaned and bounded: after a
 * blank when it is one line, else after a new line.  Nothing when there are
 * none. */
void judge_tail(const char *text, size_t size, struct buf *message);

/* Where was a Python program when it was stopped?  `text` is its standard
 * error, at whose end stands what the faulthandler module writes:
 *
 *     Current thread 0x00007f… (most recent call first):
 *       File "/box/w/solution.py", line 3 in count
 *
 * True: `where` got "It was in line 3, in count." (of the innermost frame that
 * is in solution.py), `stack` (may be NULL) the frames that matter, a line
 * each, and *begin is where that stood in the text. */
bool judge_hang(const char *text, size_t size, struct buf *where,
                struct buf *stack, size_t *begin);

/* A run's standard error for the report, of at most about `max` bytes, with
 * the folder of the box taken out of its paths.  Of a program that hung the
 * short stack is kept, however much it wrote before. */
void judge_stderr(const struct run_result *r, size_t max, struct buf *out);

#endif
