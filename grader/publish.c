#include "grader/publish.h"

#include "lib/json.h"
#include "lib/push.h"
#include "lib/stream.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEQ_PER_FENCE = 1 << 20
};

/* Only grows for one submission: a later claim has a larger fence, a later
 * test a larger count, and the verdict comes last. */
static int64_t
seq_of(const struct publish_subject *s, bool judged)
{
    size_t step = judged ? SEQ_PER_FENCE - 1 : s->tests_done;
    if (step > SEQ_PER_FENCE - 1)
        step = SEQ_PER_FENCE - 1;
    return (int64_t)s->fence * SEQ_PER_FENCE + (int64_t)step;
}

/* What all receivers share; `verdict` NULL while it runs. */
static struct json *
event_new(const struct publish_subject *s, const struct grading_told *to,
          const char *verdict)
{
    struct json *j = json_object();
    json_add_text(j, "type", "submission");
    json_add_int(j, "id", to->submission);
    json_add_int(j, "assignment", s->assignment);
    json_add_text(j, "status", verdict != NULL ? "graded" : "pending");
    json_add_text(j, "state", verdict != NULL ? "judged" : "running");
    if (verdict != NULL)
        json_add_text(j, "verdict", verdict);
    else
        json_add_null(j, "verdict");
    json_add_bool(j, "correct",
                  verdict != NULL && strcmp(verdict, "accepted") == 0);
    json_add_number(j, "points", to->points);
    json_add_number(j, "total_points", to->total_points);
    json_add_int(j, "tests_done", (int64_t)s->tests_done);
    json_add_int(j, "tests_total", (int64_t)s->tests_total);
    json_add_int(j, "seq", seq_of(s, verdict != NULL));
    return j;
}

/* Takes ownership of the event.  False: Redis is away. */
static bool
send_event(struct redis *r, const struct grading_told *to, struct json *event)
{
    size_t size = 0;
    char *text = json_print(event, &size);
    bool ok = push_user(r, to->user, text, size) == ERR_OK;
    free(text);
    json_free(event);
    return ok;
}

void
publish_running(struct redis *r, const struct publish_subject *s,
                const struct publish_test *test, const struct grading_told *to,
                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct json *event = event_new(s, &to[i], NULL);
        if (test != NULL) {
            struct json *t = json_object();
            json_add_text(t, "name", test->name);
            json_add_text(t, "verdict", test->verdict);
            json_add_int(t, "time_ms", test->time_ms);
            json_add(event, "test", t);
        }
        if (!send_event(r, &to[i], event))
            return;
    }
}

void
publish_judged(struct redis *r, const struct publish_subject *s,
               const char *verdict, const struct grading_told *to, size_t count)
{
    if (stream_bell_ring(r, s->grading) != ERR_OK)
        return;
    for (size_t i = 0; i < count; i++)
        if (!send_event(r, &to[i], event_new(s, &to[i], verdict)))
            return;
}
