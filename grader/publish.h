/* Tell the waiters (the bell of ?wait=) and the pages of everybody whom a
 * grading concerns.  All of it is a hint; what is lost, the next GET mends.
 */
#ifndef GRADER_PUBLISH_H
#define GRADER_PUBLISH_H

#include "core/event.h"

/* `test` NULL: it was claimed. */
void publish_running(struct redis *r, const struct event_subject *s,
                     const struct event_test *test,
                     const struct grading_told *to, size_t count);

/* The bell first, then the pages. */
void publish_judged(struct redis *r, const struct event_subject *s,
                    const char *verdict, const struct grading_told *to,
                    size_t count);

#endif
