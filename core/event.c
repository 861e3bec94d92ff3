#include "core/event.h"

#include "lib/json.h"
#include "lib/push.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEQ_PER_FENCE = 1 << 20
};
/* above every fence's, and exact in a double */
static const int64_t SEQ_LAST = INT64_C(1) << 52;

/* Only grows for one submission: a later claim has a larger fence, a later
 * test a larger count, and the verdict comes last. */
static int64_t
seq_of(const struct event_subject *s, bool judged)
{
    size_t step = judged ? SEQ_PER_FENCE - 1 : s->tests_done;
    if (step > SEQ_PER_FENCE - 1)
        step = SEQ_PER_FENCE - 1;
    return (int64_t)s->fence * SEQ_PER_FENCE + (int64_t)step;
}

/* What all receivers share; `verdict` NULL while it runs. */
static struct json *
event_new(const struct event_subject *s, const struct grading_told *to,
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

/* Takes ownership of the event. */
static enum err
send_event(struct redis *r, const char *user, struct json *event)
{
    size_t size = 0;
    char *text = json_print(event, &size);
    enum err e = push_user(r, user, text, size);
    free(text);
    json_free(event);
    return e;
}

enum err
event_running(struct redis *r, const struct event_subject *s,
              const struct event_test *test, const struct grading_told *to)
{
    struct json *event = event_new(s, to, NULL);
    if (test != NULL) {
        struct json *t = json_object();
        json_add_text(t, "name", test->name);
        json_add_text(t, "verdict", test->verdict);
        json_add_int(t, "time_ms", test->time_ms);
        json_add(event, "test", t);
    }
    return send_event(r, to->user, event);
}

enum err
event_judged(struct redis *r, const struct event_subject *s,
             const char *verdict, const struct grading_told *to)
{
    return send_event(r, to->user, event_new(s, to, verdict));
}

enum err
event_replaced(struct redis *r, const char *user, int64_t id, int64_t by)
{
    struct json *j = json_object();
    json_add_text(j, "type", "submission");
    json_add_int(j, "id", id);
    json_add_text(j, "status", "replaced");
    json_add_text(j, "state", "replaced");
    json_add_null(j, "verdict");
    json_add_bool(j, "correct", false);
    json_add_int(j, "replaced_by", by);
    json_add_int(j, "seq", SEQ_LAST);
    return send_event(r, user, j);
}
