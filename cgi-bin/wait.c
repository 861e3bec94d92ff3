/* Answer when it is judged: the end of every `?wait=N`.
 *
 *   (internal) /_wait/{id}?n=SECONDS&from=get|post|replay
 *
 * submissions.c redirects here inside nginx, so that a client who waits holds
 * one of this program's many workers and never one of those that take
 * submissions.  A worker blocks on the grading's bell in Redis; the bell says
 * only "look again", the answer is PostgreSQL's.  It looks every two seconds
 * in any case, since Redis may be emptied, and without Redis five times a
 * second.
 *
 * nginx has made the method GET and dropped status and Location, so this
 * program makes them again, for what `from` says was asked.
 */
#include "core/access.h"
#include "core/answer.h"
#include "core/handler.h"
#include "core/submission.h"
#include "lib/clock.h"
#include "lib/bell.h"

enum {
    LOOK_MS = 2000,
    LOOK_BLIND_MS = 200
};

/* Block until there may be something to see.  `heard`: the bell rang already
 * (it stays rung), so that only the clock helps.  Did it ring now? */
static bool
await_bell(struct http_request *r, int64_t grading, int64_t left, bool heard)
{
    int rang = -1;
    if (!heard)
        rang = bell_wait(r->redis, grading, left < LOOK_MS ? left : LOOK_MS);
    if (rang < 0)
        clock_sleep(left < LOOK_BLIND_MS ? left : LOOK_BLIND_MS);
    return rang > 0;
}

static enum err
wait_and_answer(struct http_request *r)
{
    int64_t id = 0, seconds = 0, grading = 0;
    enum answer_to to = ANSWER_GET;
    const struct submission_place unknown = {.seconds = -1};
    bool judged = false, heard = false;
    enum err e = answer_read(r, &id, &to, &seconds);
    if (e != ERR_OK)
        return e;
    int64_t deadline = clock_ms() + seconds * 1000;

    for (;;) {
        e = submission_is_judged(r->db, id, access_user(r), access_is_admin(r),
                                 &judged, &grading);
        int64_t left = deadline - clock_ms();
        if (e != ERR_OK || judged || left <= 0 || http_stopping())
            break;
        heard = await_bell(r, grading, left, heard) || heard;
    }
    if (e == ERR_OK)
        e = answer_submission(r, id, to);
    /* it is accepted, whatever happened to PostgreSQL since: never say 503,
     * which would ask the client to hand it in again */
    if (e == ERR_UNAVAILABLE && to == ANSWER_POST)
        e = answer_pending(r, id, &unknown, 0);
    return e;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/_wait/{id}", HTTP_USER | HTTP_INTERNAL, wait_and_answer},
};

int
main(int argc, char **argv)
{
    return handler_main("wait", routes, sizeof routes / sizeof routes[0], true,
                        argc, argv);
}
