/* Answering with a submission, as three programs' routes do: submissions.c at
 * once, wait.c when it is judged, submissions.c again when no waiter is free.
 */
#ifndef CORE_ANSWER_H
#define CORE_ANSWER_H

#include "core/submission.h"
#include "lib/http.h"

#include <stdint.h>

/* What the client had asked for. */
enum answer_to {
    ANSWER_GET,   /* GET /api/submissions/{id}: 200 */
    ANSWER_POST,  /* a new submission: 201 judged, 202 not; Location */
    ANSWER_REPLAY /* its repetition under the same key: 200; Location */
};

/* Reply with submission `id` as r->caller may see it; 404 if he may not. */
enum err answer_submission(struct http_request *r, int64_t id,
                           enum answer_to to);

/* Reply 202 without another query.  `replaced`: the submission that gave its
 * place; 0: none. */
enum err answer_pending(struct http_request *r, int64_t id,
                        const struct submission_place *place, int64_t replaced);

/* Leave the answer to wait.c: it waits `seconds`, then does the above. */
enum err answer_later(struct http_request *r, int64_t id, enum answer_to to,
                      int64_t seconds);

/* What answer_later() wrote into the query of /_wait/{id}, read back. */
enum err answer_read(struct http_request *r, int64_t *id, enum answer_to *to,
                     int64_t *seconds);

#endif
