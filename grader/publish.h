/* Tell the pages and the waiters: the events of docs/INTERFACES.md.  All of it
 * is a hint; whatever is lost, the next GET mends.
 */
#ifndef GRADER_PUBLISH_H
#define GRADER_PUBLISH_H

#include "core/grading.h"
#include "lib/redis.h"

#include <stddef.h>
#include <stdint.h>

/* The grading that an event is about. */
struct publish_subject {
    int64_t grading;
    int64_t assignment;
    int fence;
    size_t tests_done;
    size_t tests_total;
};

/* A test that ended: its name as the student may see it ("" hidden). */
struct publish_test {
    const char *name;
    const char *verdict;
    int64_t time_ms;
};

/* `test` NULL: it was claimed. */
void publish_running(struct redis *r, const struct publish_subject *s,
                     const struct publish_test *test,
                     const struct grading_told *to, size_t count);

/* The bell of ?wait= first, then the pages. */
void publish_judged(struct redis *r, const struct publish_subject *s,
                    const char *verdict, const struct grading_told *to,
                    size_t count);

#endif
