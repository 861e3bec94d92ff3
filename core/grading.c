#include "core/grading.h"

#include "lib/conf.h"
#include "lib/mem.h"

#include <stdlib.h>
#include <string.h>

enum stmt {
    CLAIM,
    STATE,
    PACKAGE,
    RENEW,
    HAND_BACK,
    GIVE_UP,
    WAITING,
    STORE,
    PARK,
    SETTLE,
    OUTCOME
};

/* The first queued grading whose turn comes with that of `g`: it follows `g`,
 * or the same one as `g` does.  Both may be: `g` was given an earlier turn
 * when something followed it already. */
#define NEXT                                                                   \
    "(SELECT f.id FROM gradings f WHERE f.follows IN (g.id, g.follows)"        \
    " AND f.state = 'queued' AND f.id <> g.id"                                 \
    " ORDER BY f.queued_at, f.id LIMIT 1)"

static const struct db_stmt stmts[] = {
    /* $1 id, $2 builds, $3 lease in s, $4 crash limit */
    [CLAIM] = {"grading_claim",
               "UPDATE gradings g"
               "   SET state = 'running', fence = g.fence + 1,"
               "       crashes = g.crashes + (g.state = 'running')::int,"
               "       started_at = clock_timestamp(),"
               "       lease_until = clock_timestamp()"
               "                     + make_interval(secs => $3)"
               "  FROM assignment_versions v"
               "  JOIN assignments a ON a.id = v.assignment_id"
               " WHERE g.id = $1 AND v.id = g.version_id"
               "   AND g.language || E'\\n' || g.build = ANY ($2::text[])"
               "   AND (g.state = 'queued'"
               "        OR (g.state = 'running'"
               "            AND g.lease_until < clock_timestamp()"
               "            AND g.crashes + 1 < $4))"
               " RETURNING g.fence, g.version_id, a.id, a.slug, v.tests_total,"
               "           g.language, g.build, encode(v.package_hash, 'hex'),"
               "           g.code, g.class, " NEXT,
               4},
    [STATE] = {"grading_state",
               "SELECT g.state, g.fence, " NEXT " FROM gradings g"
               " WHERE g.id = $1",
               1},
    [PACKAGE] = {"grading_package",
                 "SELECT package FROM assignment_versions WHERE id = $1", 1},
    [RENEW] = {"grading_renew",
               "UPDATE gradings SET lease_until = clock_timestamp()"
               "                                  + make_interval(secs => $3)"
               " WHERE id = $1 AND fence = $2 AND state = 'running'"
               " RETURNING id",
               3},
    [HAND_BACK] = {"grading_hand_back",
                   "UPDATE gradings SET state = 'queued', lease_until = NULL"
                   " WHERE id = $1 AND fence = $2 AND state = 'running'"
                   " RETURNING id",
                   2},
    /* tried again after 1 s, 4 s, 16 s, …; the last time there is nothing left
     * to wait for.  $3 crash limit, $4 why */
    [GIVE_UP] = {"grading_give_up",
                 "UPDATE gradings SET lease_until = clock_timestamp()"
                 "  + make_interval(secs => CASE WHEN crashes + 1 >= $3 THEN 0"
                 "                          ELSE power(4, least(crashes, 3))"
                 "                          END),"
                 "  trouble = $4"
                 " WHERE id = $1 AND fence = $2 AND state = 'running'"
                 " RETURNING id",
                 4},
    [WAITING] = {"grading_waiting",
                 "SELECT s.user_id, s.id, 0,"
                 "       (SELECT coalesce(sum(c.points), 0)"
                 "          FROM course_scores c WHERE c.user_id = s.user_id)"
                 "  FROM submissions s"
                 " WHERE s.grading_id = $1 AND s.status = 'pending'"
                 " ORDER BY s.user_id",
                 1},
    /* $1 id, $2 fence, $3 verdict, $4 score, $5 ms, $6 KiB, $7 report */
    [STORE] = {"grading_store",
               "SELECT user_id, submission_id, points, total_points"
               "  FROM store_verdict($1, $2, $3, $4, $5, $6, $7)",
               7},
    [PARK] = {"grading_park",
              "SELECT user_id, submission_id, points, total_points"
              "  FROM park($1, $2)",
              2},
    [SETTLE] = {"grading_settle",
                "SELECT user_id, submission_id, points, total_points"
                "  FROM settle($1)",
                1},
    [OUTCOME] = {"grading_outcome",
                 "SELECT v.assignment_id, g.fence, v.tests_total, g.verdict"
                 "  FROM gradings g JOIN assignment_versions v"
                 "    ON v.id = g.version_id"
                 " WHERE g.id = $1 AND g.verdict IS NOT NULL",
                 1},
};

const struct db_stmts grading_statements = {"core/grading.c", stmts,
                                            sizeof stmts / sizeof stmts[0]};

/* Why was nothing claimed?  And whose is the fence? */
static enum err
read_state(struct db *db, int64_t id, bool *finished, int *fence, int64_t *next)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    db_arg_int(&a, id);
    enum err e = db_exec(db, &stmts[STATE], &a, &r);
    if (e != ERR_OK)
        return e;
    const char *state = db_rows(r) > 0 ? db_text(r, 0, 0) : "gone";
    *finished = strcmp(state, "queued") != 0 && strcmp(state, "running") != 0;
    *fence = db_rows(r) > 0 ? (int)db_int(r, 0, 1) : -1;
    *next = db_rows(r) > 0 ? db_int(r, 0, 2) : 0;
    db_result_free(r);
    return ERR_OK;
}

enum err
grading_claim(struct db *db, int64_t id, const char *builds,
              enum grading_claimed *claimed, struct grading *out, int64_t *next)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    bool finished = false;
    int fence = 0;

    memset(out, 0, sizeof *out);
    db_arg_int(&a, id);
    db_arg_text(&a, builds);
    db_arg_int(&a, conf()->lease_seconds);
    db_arg_int(&a, conf()->crash_limit);
    enum err e = db_exec(db, &stmts[CLAIM], &a, &r);
    if (e != ERR_OK)
        return e;
    if (db_rows(r) == 0) {
        db_result_free(r);
        e = read_state(db, id, &finished, &fence, next);
        *claimed = finished ? GRADING_FINISHED : GRADING_ELSEWHERE;
        return e;
    }
    *claimed = GRADING_CLAIMED;
    out->id = id;
    out->fence = (int)db_int(r, 0, 0);
    out->version_id = db_int(r, 0, 1);
    out->assignment_id = db_int(r, 0, 2);
    db_copy(out->slug, sizeof out->slug, r, 0, 3);
    out->tests_total = (int)db_int(r, 0, 4);
    db_copy(out->language, sizeof out->language, r, 0, 5);
    db_copy(out->build, sizeof out->build, r, 0, 6);
    db_copy(out->package_hash, sizeof out->package_hash, r, 0, 7);
    out->code = xstrdup(db_text(r, 0, 8));
    out->code_size = strlen(out->code);
    out->class = stream_class_of(db_text(r, 0, 9));
    *next = db_int(r, 0, 10);
    db_result_free(r);
    return ERR_OK;
}

void
grading_free(struct grading *g)
{
    free(g->code);
    g->code = NULL;
}

enum err
grading_package(struct db *db, int64_t version_id, void **data, size_t *size)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    db_arg_int(&a, version_id);
    *data = NULL;
    enum err e = db_exec(db, &stmts[PACKAGE], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        *data = db_bytes(r, 0, 0, size);
    db_result_free(r);
    return e;
}

/* A write under the fence; `third` < 0, `why` NULL: it takes no such one. */
static enum err
fenced(struct db *db, enum stmt stmt, int64_t id, int fence, int64_t third,
       const char *why)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    db_arg_int(&a, id);
    db_arg_int(&a, fence);
    if (third >= 0)
        db_arg_int(&a, third);
    if (why != NULL)
        db_arg_text(&a, why);
    enum err e = db_exec(db, &stmts[stmt], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_STALE;
    db_result_free(r);
    return e;
}

enum err
grading_renew(struct db *db, int64_t id, int fence)
{
    return fenced(db, RENEW, id, fence, conf()->lease_seconds, NULL);
}

enum err
grading_hand_back(struct db *db, int64_t id, int fence)
{
    return fenced(db, HAND_BACK, id, fence, -1, NULL);
}

enum err
grading_give_up(struct db *db, int64_t id, int fence, enum err why)
{
    return fenced(db, GIVE_UP, id, fence, conf()->crash_limit, err_name(why));
}

/* Run a statement whose rows are (user, submission, points, total).  A row of
 * NULLs is nobody.  `*any`: was there a row at all? */
static enum err
tell(struct db *db, enum stmt stmt, const struct db_args *a,
     struct grading_told **out, size_t *count, bool *any)
{
    struct db_result *r = NULL;
    *out = NULL;
    *count = 0;
    enum err e = db_exec(db, &stmts[stmt], a, &r);
    if (e != ERR_OK)
        return e;
    int n = db_rows(r);
    *any = n > 0;
    *out = xcalloc((size_t)n, sizeof **out);
    for (int i = 0; i < n; i++) {
        if (db_null(r, i, 0))
            continue;
        struct grading_told *t = &(*out)[(*count)++];
        db_copy(t->user, sizeof t->user, r, i, 0);
        t->submission = db_int(r, i, 1);
        t->points = db_double(r, i, 2);
        t->total_points = db_double(r, i, 3);
    }
    db_result_free(r);
    return ERR_OK;
}

enum err
grading_waiting(struct db *db, int64_t id, struct grading_told **out,
                size_t *count)
{
    struct db_args a = {0};
    bool any = false;
    db_arg_int(&a, id);
    return tell(db, WAITING, &a, out, count, &any);
}

enum err
grading_store(struct db *db, int64_t id, int fence,
              const struct grading_verdict *v, struct grading_told **told,
              size_t *count)
{
    struct db_args a = {0};
    bool any = false, finished = false;
    int64_t next = 0;
    int holder = 0;

    db_arg_int(&a, id);
    db_arg_int(&a, fence);
    db_arg_text(&a, verdict_name(v->verdict));
    db_arg_double(&a, v->score);
    db_arg_int(&a, v->time_ms);
    db_arg_int(&a, v->memory_kb);
    db_arg_text(&a, v->report);
    enum err e = tell(db, STORE, &a, told, count, &any);
    if (e != ERR_OK || any)
        return e;
    free(*told);
    *told = NULL;
    /* Stale; or an earlier call got through and its answer was lost.  Only the
     * holder of a fence finishes a grading at that fence (parking moves it). */
    e = read_state(db, id, &finished, &holder, &next);
    if (e != ERR_OK)
        return e;
    return finished && holder == fence ? ERR_OK : ERR_STALE;
}

enum err
grading_park(struct db *db, int64_t id, struct grading_told **told,
             size_t *count)
{
    struct db_args a = {0};
    bool any = false;
    db_arg_int(&a, id);
    db_arg_int(&a, conf()->crash_limit);
    return tell(db, PARK, &a, told, count, &any);
}

enum err
grading_settle(struct db *db, int64_t id, struct grading_told **told,
               size_t *count)
{
    struct db_args a = {0};
    bool any = false;
    db_arg_int(&a, id);
    return tell(db, SETTLE, &a, told, count, &any);
}

enum err
grading_outcome(struct db *db, int64_t id, struct grading_outcome *out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    memset(out, 0, sizeof *out);
    db_arg_int(&a, id);
    enum err e = db_exec(db, &stmts[OUTCOME], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK) {
        out->id = id;
        out->assignment_id = db_int(r, 0, 0);
        out->fence = (int)db_int(r, 0, 1);
        out->tests_total = (int)db_int(r, 0, 2);
        db_copy(out->verdict, sizeof out->verdict, r, 0, 3);
    }
    db_result_free(r);
    return e;
}
