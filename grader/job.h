/* One job: the grading that an entry of the queue names, from claim to verdict.
 */
#ifndef GRADER_JOB_H
#define GRADER_JOB_H

#include "lib/stream.h"

struct worker;

/* Try for the grading of one entry.  When this returns, the entry is
 * acknowledged, or left to the janitor; the row says what became of it. */
void job_do(struct worker *w, const struct stream_entry *entry);

#endif
