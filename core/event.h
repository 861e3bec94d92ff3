/* Events: what every open page of a user is told of a submission, as
 * docs/INTERFACES.md "Events" has it.  A hint: whatever is lost, the page's
 * next GET mends.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "core/grading.h"
#include "lib/err.h"
#include "lib/redis.h"

#include <stddef.h>
#include <stdint.h>

/* The grading that an event is about. */
struct event_subject {
    int64_t grading;
    int64_t assignment;
    int fence;
    size_t tests_done;
    size_t tests_total;
};

/* A test that ended: its name as the student may see it ("" hidden). */
struct event_test {
    const char *name;
    const char *verdict;
    int64_t time_ms;
};

/* Claimed (`test` NULL), or a test ended.  ERR_UNAVAILABLE: Redis is away, and
 * the next one will not get through either. */
enum err event_running(struct redis *r, const struct event_subject *s,
                       const struct event_test *test,
                       const struct grading_told *to);

/* Judged: the last word. */
enum err event_judged(struct redis *r, const struct event_subject *s,
                      const char *verdict, const struct grading_told *to);

/* Submission `id` of `user` gave its place to `by`: its last word, too. */
enum err event_replaced(struct redis *r, const char *user, int64_t id,
                        int64_t by);

#endif
