#include "grader/publish.h"

#include "lib/fault.h"
#include "lib/bell.h"

void
publish_running(struct redis *r, const struct event_subject *s,
                const struct event_test *test, const struct grading_told *to,
                size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (event_running(r, s, test, &to[i]) != ERR_OK)
            return;
}

void
publish_judged(struct redis *r, const struct event_subject *s,
               const char *verdict, const struct grading_told *to, size_t count)
{
    if (bell_ring(r, s->grading) != ERR_OK)
        return;
    FAULT("publish.belled");
    for (size_t i = 0; i < count; i++)
        if (event_judged(r, s, verdict, &to[i]) != ERR_OK)
            return;
}
