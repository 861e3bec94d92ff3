/* Submissions: handing in, and reading them back.
 */
#ifndef CORE_SUBMISSION_H
#define CORE_SUBMISSION_H

#include "core/assignment.h"
#include "core/grading.h"
#include "lib/db.h"
#include "lib/err.h"
#include "lib/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct submission_new {
    const char *user;
    const struct assignment_name *assignment;
    const char *language;
    const char *code; /* UTF-8 without NUL */
    const char *key;  /* Idempotency-Key, or NULL */
    int64_t replace;  /* the user's own that gives its place, or 0 */
};

/* What hand_in() of sql/004_queue.sql says; unknown and language become
 * errors of submission_hand_in(). */
enum submission_outcome {
    SUBMISSION_CREATED,
    SUBMISSION_REPLAY, /* this key made it before */
    SUBMISSION_KEY_REUSE /* this key came with another body */,
    SUBMISSION_PENDING,   /* refused: submission `id` is in grading */
    SUBMISSION_NOT_YOURS, /* refused: `replace` is none of this user's */
    SUBMISSION_BUSY       /* refused: too many of anonymous users are queued */
};

/* Where it stands in the queue. */
struct submission_place {
    int64_t position; /* 1 is next; 0 is running; 1000 is that or more */
    double seconds;   /* until its verdict; below 0: not known */
};

struct submission_handed {
    enum submission_outcome outcome;
    int64_t id;
    int64_t grading;
    bool graded; /* judged already */
    bool fresh;  /* to be rung for, in the queue of `class` */
    enum stream_class class;
    int64_t replaced; /* the submission whose place it has; 0: none */
    struct submission_place place;
};

/* Hand in, in one round trip and one transaction, which is committed when this
 * returns; the caller then rings where `fresh`.  ERR_NOT_FOUND: no such open
 * assignment for this user.  ERR_INVALID: not in this language. */
enum err submission_hand_in(struct db *db, const struct submission_new *in,
                            struct submission_handed *out);

/* What the event of a submission that was judged at once says: *out is whom
 * it concerns. */
enum err submission_told(struct db *db, int64_t id, struct grading_told *out);

/* One submission as its reader may see it. */
struct submission {
    int64_t id;
    int64_t grading;
    bool graded;
    bool pending;                  /* neither graded nor replaced */
    struct submission_place place; /* while pending */
    struct json *json;             /* the object of GET /api/submissions/{id} */
    char *text; /* the same for people and scripts; PASS … */
};

/* `user` must be its owner or staff of its course, else ERR_NOT_FOUND.  On
 * ERR_OK free it by submission_free(). */
enum err submission_get(struct db *db, int64_t id, const char *user,
                        bool is_admin, struct submission *out);
void submission_free(struct submission *s);

/* The members queue_position and expected_wait_seconds; and the line for people
 * and scripts, which the caller frees. */
void submission_add_place(struct json *j, const struct submission_place *p);
char *submission_pending_text(int64_t id, const struct submission_place *p);

/* Is it judged?  The cheap question of a waiter. */
enum err submission_is_judged(struct db *db, int64_t id, const char *user,
                              bool is_admin, bool *judged, int64_t *grading);

/* The user's own, newest first, below id `before`, at most `limit`; of one
 * assignment where `assignment` is not NULL.  `*next` is the `before` of the
 * next page, 0 when there is none. */
enum err submission_list(struct db *db, const char *user,
                         const struct assignment_name *assignment,
                         int64_t before, int64_t limit, struct json **out,
                         int64_t *next);

extern const struct db_stmts submission_statements;

#endif
