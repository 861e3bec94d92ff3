/* Handing in, and reading back.
 *
 *   POST /api/assignments/{a}/submissions[?language=&wait=&replace=]
 *   PUT  /api/assignments/{a}/submissions/{file}     for curl -T
 *   GET  /api/submissions[?assignment=&limit=&before=]   mine, newest first
 *   GET  /api/submissions/{id}[?wait=]
 *   (internal) /_wait/{id}    as wait.c, without waiting: all waiters are taken
 *
 * What is accepted (2xx) is committed in PostgreSQL first; then the queue is
 * rung; then the client hears of it.  Without Redis it is accepted just the
 * same, and the janitor rings later.  201 and 200 carry the verdict, 202 says
 * that it comes.  With ?replace=ID the caller's own submission ID gives its
 * place to this one, as long as it is queued.
 */
#include "core/access.h"
#include "core/answer.h"
#include "core/event.h"
#include "core/handler.h"
#include "core/reserve.h"
#include "core/submission.h"
#include "core/upload.h"
#include "lib/conf.h"
#include "lib/fault.h"
#include "lib/stream.h"
#include "lib/text.h"

#include <stdio.h>
#include <string.h>

/* ?wait=SECONDS; 0 when absent.  ERR_INVALID is replied. */
static enum err
read_wait(struct http_request *r, int64_t *seconds)
{
    return http_query_int(r, "wait", 0, 0, conf()->wait_max_seconds, seconds);
}

/* The Idempotency-Key, NULL when there is none.  ERR_INVALID is replied. */
static enum err
read_key(struct http_request *r, const char **key)
{
    *key = http_header(r, "Idempotency-Key");
    for (const char *p = *key; p != NULL && *p != '\0'; p++)
        if (*p < 0x20 || *p > 0x7e || p - *key >= 128)
            return http_problem(r, ERR_INVALID, "Idempotency-Key",
                                "must be 1 to 128 printable ASCII characters");
    return ERR_OK;
}

static enum err
refuse_pending(struct http_request *r, int64_t id)
{
    return http_problem_with(r, ERR_PENDING, "pending", id,
                             "Submission %lld is being graded.", (long long)id);
}

/* Say what hand_in() said. */
static enum err
answer(struct http_request *r, const struct submission_handed *h,
       int64_t seconds)
{
    enum answer_to to = ANSWER_POST;

    switch (h->outcome) {
    case SUBMISSION_NOT_YOURS:
        return http_problem(r, ERR_INVALID, "replace",
                            "is not a submission of yours");
    case SUBMISSION_BUSY:
        return http_problem(r, ERR_UNAVAILABLE, NULL,
                            "So many programs of guests are waiting that no "
                            "more are taken. Log in, or try again later.");
    case SUBMISSION_KEY_REUSE:
        return http_problem(r, ERR_KEY_REUSE, "Idempotency-Key",
                            "made submission %lld from another program",
                            (long long)h->id);
    case SUBMISSION_PENDING:
        return refuse_pending(r, h->id);
    case SUBMISSION_REPLAY:
        to = ANSWER_REPLAY;
        break;
    case SUBMISSION_CREATED:
        break;
    }
    if (!h->graded && seconds > 0)
        return answer_later(r, h->id, to, seconds);
    if (!h->graded && to == ANSWER_POST)
        return answer_pending(r, h->id, &h->place, h->replaced);
    return answer_submission(r, h->id, to);
}

/* Judged at once, from an earlier run of the same program: no grader will tell
 * the user's other pages, so we do. */
static void
tell_pages(struct http_request *r, const struct submission_handed *h)
{
    struct grading_outcome o;
    struct grading_told to;

    if (grading_outcome(r->db, h->grading, &o) != ERR_OK ||
        submission_told(r->db, h->id, &to) != ERR_OK)
        return;
    struct event_subject s = {
        .grading = h->grading,
        .assignment = o.assignment_id,
        .fence = o.fence,
        .tests_done = (size_t)o.tests_total,
        .tests_total = (size_t)o.tests_total,
    };
    event_judged(r->redis, &s, o.verdict, &to);
}

static enum err
hand_in(struct http_request *r)
{
    struct assignment_name name;
    struct upload u = {0};
    struct submission_new in = {.user = access_user(r), .assignment = &name};
    struct submission_handed h;
    int64_t seconds = 0;

    if (!assignment_name_parse(http_param(r, "a"), http_query(r, "course"),
                               &name))
        return ERR_NOT_FOUND;
    enum err e = read_wait(r, &seconds);
    if (e == ERR_OK)
        e = http_query_int(r, "replace", 0, 1, INT64_MAX, &in.replace);
    if (e == ERR_OK)
        e = read_key(r, &in.key);
    if (e == ERR_OK)
        e = reserve_check(r, in.key);
    if (e == ERR_OK)
        e = upload_read(r, &u);
    if (e != ERR_OK)
        goto out;
    in.language = u.language;
    in.code = u.code;
    FAULT("submit.start");
    e = submission_hand_in(r->db, &in, &h);
    if (e == ERR_INVALID) {
        http_problem(r, e, "language", "'%s' is not offered here", u.language);
        goto out;
    }
    if (e != ERR_OK)
        goto out;
    FAULT("submit.committed");
    /* committed; a failure to ring is the janitor's to mend */
    if (h.fresh)
        stream_ring(r->redis, h.class, h.grading);
    FAULT("submit.rung");
    if (h.replaced != 0)
        event_replaced(r->redis, in.user, h.replaced, h.id);
    if (h.outcome == SUBMISSION_CREATED && h.graded)
        tell_pages(r, &h);
    e = answer(r, &h, seconds);
out:
    upload_free(&u);
    return e;
}

static enum err
get_one(struct http_request *r)
{
    int64_t id = 0, seconds = 0, grading = 0;
    bool judged = false;

    if (!text_to_int(http_param(r, "id"), 1, INT64_MAX, &id))
        return ERR_NOT_FOUND;
    enum err e = read_wait(r, &seconds);
    if (e == ERR_OK && seconds > 0) {
        e = submission_is_judged(r->db, id, access_user(r), access_is_admin(r),
                                 &judged, &grading);
        if (e == ERR_OK && !judged)
            return answer_later(r, id, ANSWER_GET, seconds);
    }
    return e != ERR_OK ? e : answer_submission(r, id, ANSWER_GET);
}

/* wait.c has no worker free: answer with what is, and when to ask again. */
static enum err
get_now(struct http_request *r)
{
    int64_t id = 0, seconds = 0;
    enum answer_to to = ANSWER_GET;
    enum err e = answer_read(r, &id, &to, &seconds);
    if (e != ERR_OK)
        return e;
    http_set_header(r, "Retry-After", "1");
    return answer_submission(r, id, to);
}

static enum err
reply_list(struct http_request *r, struct json *j)
{
    const struct json *list = json_get(j, "submissions");
    struct buf b = {0};

    if (!http_wants_text(r))
        return http_reply_json(r, 200, j);
    for (int i = 0; i < json_size(list); i++) {
        const struct json *s = json_at(list, i);
        int64_t id = 0;
        double points = 0;
        const char *verdict = json_text(json_get(s, "verdict"));
        json_int(json_get(s, "id"), &id);
        json_number(json_get(s, "points"), &points);
        buf_fmt(&b, "%lld\t%s/%s\t%s\t%g\n", (long long)id,
                json_text(json_get(s, "course")),
                json_text(json_get(s, "slug")), verdict ? verdict : "pending",
                points);
    }
    http_reply(r, 200, "text/plain; charset=utf-8", b.data, b.size);
    buf_free(&b);
    json_free(j);
    return ERR_OK;
}

static void
set_next_link(struct http_request *r, const struct assignment_name *only,
              int64_t limit, int64_t before)
{
    char which[512] = ""; /* more than two slugs and their words need */
    if (only != NULL && only->id != 0)
        snprintf(which, sizeof which, "assignment=%lld&", (long long)only->id);
    else if (only != NULL)
        snprintf(which, sizeof which, "assignment=%s/%s&", only->course,
                 only->slug);
    http_set_header(r, "Link",
                    "</api/submissions?%slimit=%lld&before=%lld>; "
                    "rel=\"next\"",
                    which, (long long)limit, (long long)before);
}

static enum err
get_list(struct http_request *r)
{
    const char *only = http_query(r, "assignment");
    struct assignment_name name;
    struct json *j = NULL;
    int64_t limit = 0, before = 0, next = 0;

    if (only != NULL &&
        !assignment_name_parse(only, http_query(r, "course"), &name))
        return ERR_NOT_FOUND;
    enum err e = http_query_int(r, "limit", 20, 1, conf()->list_max_rows,
                                &limit);
    if (e == ERR_OK)
        e = http_query_int(r, "before", INT64_MAX, 1, INT64_MAX, &before);
    if (e == ERR_OK)
        e = submission_list(r->db, access_user(r), only ? &name : NULL, before,
                            limit, &j, &next);
    if (e != ERR_OK)
        return e;
    if (next != 0)
        set_next_link(r, only ? &name : NULL, limit, next);
    return reply_list(r, j);
}

static const struct http_route routes[] = {
    {HTTP_POST, "/api/assignments/{a+}/submissions", HTTP_USER, hand_in},
    {HTTP_PUT, "/api/assignments/{a+}/submissions/{file}", HTTP_USER, hand_in},
    {HTTP_GET, "/api/submissions", HTTP_USER, get_list},
    {HTTP_GET, "/api/submissions/{id}", HTTP_USER, get_one},
    {HTTP_GET, "/_wait/{id}", HTTP_USER | HTTP_INTERNAL, get_now},
};

int
main(int argc, char **argv)
{
    return handler_main("submissions", routes, sizeof routes / sizeof routes[0],
                        false, argc, argv);
}
