#include "core/answer.h"

#include "core/access.h"
#include "core/submission.h"
#include "lib/conf.h"
#include "lib/mem.h"
#include "lib/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [ANSWER_GET] = "get", [ANSWER_POST] = "post", [ANSWER_REPLAY] = "replay"};

static void
set_location(struct http_request *r, int64_t id)
{
    http_set_header(r, "Location", "/api/submissions/%lld", (long long)id);
}

enum err
answer_pending(struct http_request *r, int64_t id,
               const struct submission_place *place, int64_t replaced)
{
    set_location(r, id);
    if (http_wants_text(r)) {
        char *text = submission_pending_text(id, place);
        enum err e = http_reply_text(r, 202, "%s", text);
        free(text);
        return e;
    }
    struct json *j = json_object();
    json_add_int(j, "id", id);
    json_add_text(j, "status", "pending");
    submission_add_place(j, place);
    if (replaced != 0)
        json_add_int(j, "replaced", replaced);
    return http_reply_json(r, 202, j);
}

enum err
answer_submission(struct http_request *r, int64_t id, enum answer_to to)
{
    struct submission s = {0};
    enum err e = submission_get(r->db, id, access_user(r), access_is_admin(r),
                                &s);
    if (e != ERR_OK)
        return e;
    if (to == ANSWER_POST && s.pending) {
        e = answer_pending(r, id, &s.place, 0);
        goto out;
    }
    if (to != ANSWER_GET)
        set_location(r, id);
    int status = to == ANSWER_POST ? 201 : 200;
    if (http_wants_text(r)) {
        e = http_reply_text(r, status, "%s", s.text);
    } else {
        e = http_reply_json(r, status, s.json);
        s.json = NULL; /* it owns it now */
    }
out:
    submission_free(&s);
    return e;
}

enum err
answer_later(struct http_request *r, int64_t id, enum answer_to to,
             int64_t seconds)
{
    char *uri = xasprintf("/_wait/%lld?n=%lld&from=%s", (long long)id,
                          (long long)seconds, names[to]);
    enum err e = http_redirect_internal(r, uri);
    free(uri);
    return e;
}

enum err
answer_read(struct http_request *r, int64_t *id, enum answer_to *to,
            int64_t *seconds)
{
    const char *from = http_query(r, "from");

    if (!text_to_int(http_param(r, "id"), 1, INT64_MAX, id))
        return ERR_NOT_FOUND;
    *to = ANSWER_GET;
    for (int i = 0; from != NULL && i <= ANSWER_REPLAY; i++)
        if (strcmp(from, names[i]) == 0)
            *to = (enum answer_to)i;
    return http_query_int(r, "n", 0, 0, conf()->wait_max_seconds, seconds);
}
