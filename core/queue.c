#include "core/queue.h"

#include "lib/conf.h"
#include "lib/log.h"

enum {
    REKEY_MAX = 200 /* a round */
};

enum stmt {
    OVERDUE,
    EXPIRED,
    END_LEASE,
    LEFT_BEHIND,
    ORPHANS,
    REKEY,
    LEARN
};

/* A lease is renewed three times before it ends, so one that ended more than a
 * lease ago, or that ends later than two from now, was written by another
 * clock. */
static const struct db_stmt stmts[] = {
    /* or queued long after now: the clock was set back */
    [OVERDUE] = {"queue_overdue",
                 "SELECT id, follows, class, fence, false, false"
                 "  FROM gradings"
                 " WHERE state = 'queued' AND class = $1::queue_class"
                 "   AND queued_at NOT BETWEEN"
                 "         clock_timestamp() - make_interval(secs => $2) AND"
                 "         clock_timestamp() + make_interval(secs => $2)"
                 " ORDER BY queued_at LIMIT $3",
                 3},
    /* $1 crash limit, $2 lease in s, $3 at most */
    [EXPIRED] = {"queue_expired",
                 "SELECT id, follows, class, fence, crashes + 1 >= $1,"
                 "       lease_until NOT BETWEEN"
                 "         clock_timestamp() - make_interval(secs => $2) AND"
                 "         clock_timestamp() + make_interval(secs => 2 * $2)"
                 "  FROM gradings"
                 " WHERE state = 'running' AND (lease_until < clock_timestamp()"
                 "    OR lease_until > clock_timestamp()"
                 "                     + make_interval(secs => 2 * $2))"
                 " ORDER BY lease_until LIMIT $3",
                 3},
    [END_LEASE] = {"queue_end_lease",
                   "UPDATE gradings SET lease_until = clock_timestamp()"
                   " WHERE id = $1 AND fence = $2 AND state = 'running'",
                   2},
    [LEFT_BEHIND] = {"queue_left_behind",
                     "SELECT DISTINCT g.id"
                     "  FROM submissions s JOIN gradings g"
                     "    ON g.id = s.grading_id"
                     " WHERE s.status = 'pending'"
                     "   AND g.state IN ('done', 'parked') LIMIT $1",
                     1},
    [ORPHANS] =
        {"queue_orphans",
         "SELECT g.id, current_build(g.language) FROM gradings g"
         " WHERE (g.state = 'queued'"
         "        OR (g.state = 'running'"
         "            AND g.lease_until < clock_timestamp()))"
         "   AND EXISTS (SELECT 1 FROM runtimes r"
         "                WHERE r.language = g.language"
         "                  AND r.seen_at > now() - interval '1 minute')"
         "   AND NOT EXISTS (SELECT 1 FROM runtimes r"
         "                WHERE r.language = g.language"
         "                  AND r.build = g.build"
         "                  AND r.seen_at > now() - interval '1 minute')"
         " LIMIT $1",
         1},
    /* Somebody may have handed in the same code for the new build already:
     * then this one is no longer the one to reuse. */
    [REKEY] = {"queue_rekey",
               "UPDATE gradings g"
               "   SET build = $2, reusable = g.reusable AND NOT EXISTS ("
               "         SELECT 1 FROM gradings o"
               "          WHERE o.version_id = g.version_id"
               "            AND o.language = g.language"
               "            AND o.code_hash = g.code_hash"
               "            AND o.build = $2 AND o.reusable)"
               " WHERE g.id = $1"
               "   AND (g.state = 'queued'"
               "        OR (g.state = 'running'"
               "            AND g.lease_until < clock_timestamp()))"
               " RETURNING g.id",
               2},
    [LEARN] = {"queue_learn_paces",
               "INSERT INTO paces (version_id, language, seconds)"
               " SELECT version_id, language,"
               "        avg(extract(epoch FROM finished_at - started_at))"
               "   FROM gradings"
               "  WHERE finished_at > clock_timestamp() - interval '1 minute'"
               "    AND state = 'done' GROUP BY 1, 2"
               " ON CONFLICT (version_id, language)"
               " DO UPDATE SET seconds = excluded.seconds",
               0},
};

const struct db_stmts queue_statements = {"core/queue.c", stmts,
                                          sizeof stmts / sizeof stmts[0]};

static enum err
list_due(struct db *db, enum stmt stmt, const struct db_args *a,
         struct queue_due *due, size_t *count)
{
    struct db_result *r = NULL;
    *count = 0;
    enum err e = db_exec(db, &stmts[stmt], a, &r);
    for (int i = 0; e == ERR_OK && i < db_rows(r); i++)
        due[(*count)++] = (struct queue_due){
            .id = db_int(r, i, 0),
            .follows = db_int(r, i, 1),
            .class = stream_class_of(db_text(r, i, 2)),
            .fence = (int)db_int(r, i, 3),
            .worn = db_bool(r, i, 4),
            .odd = db_bool(r, i, 5),
        };
    db_result_free(r);
    return e;
}

enum err
queue_overdue(struct db *db, enum stream_class class, struct queue_due *due,
              size_t max, size_t *count)
{
    struct db_args a = {0};
    db_arg_text(&a, stream_class_name(class));
    db_arg_double(&a, (double)conf()->queue_grace_ms / 1000);
    db_arg_int(&a, (int64_t)max);
    return list_due(db, OVERDUE, &a, due, count);
}

enum err
queue_expired(struct db *db, struct queue_due *due, size_t max, size_t *count)
{
    struct db_args a = {0};
    db_arg_int(&a, conf()->crash_limit);
    db_arg_int(&a, conf()->lease_seconds);
    db_arg_int(&a, (int64_t)max);
    return list_due(db, EXPIRED, &a, due, count);
}

enum err
queue_end_lease(struct db *db, int64_t id, int fence)
{
    struct db_args a = {0};
    db_arg_int(&a, id);
    db_arg_int(&a, fence);
    return db_exec(db, &stmts[END_LEASE], &a, NULL);
}

enum err
queue_left_behind(struct db *db, int64_t *ids, size_t max, size_t *count)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    *count = 0;
    db_arg_int(&a, (int64_t)max);
    enum err e = db_exec(db, &stmts[LEFT_BEHIND], &a, &r);
    for (int i = 0; e == ERR_OK && i < db_rows(r); i++)
        ids[(*count)++] = db_int(r, i, 0);
    db_result_free(r);
    return e;
}

enum err
queue_rekey(struct db *db, int64_t *count)
{
    struct db_args a = {0};
    struct db_result *r = NULL, *done = NULL;
    *count = 0;
    db_arg_int(&a, REKEY_MAX);
    enum err e = db_exec(db, &stmts[ORPHANS], &a, &r);
    /* One by one: two of them may meet in the same new key, and then the
     * second must see the first. */
    for (int i = 0; e == ERR_OK && i < db_rows(r); i++) {
        struct db_args b = {0};
        db_arg_int(&b, db_int(r, i, 0));
        db_arg_text(&b, db_text(r, i, 1));
        e = db_exec(db, &stmts[REKEY], &b, &done);
        if (e == ERR_OK)
            *count += db_rows(done);
        else if (e == ERR_CONFLICT) /* a hand-in came between: next round */
            e = ERR_OK;
        db_result_free(done);
    }
    db_result_free(r);
    if (*count > 0)
        log_info("re-keyed to the current build", "gradings=%lld",
                 (long long)*count);
    return e;
}

enum err
queue_learn_paces(struct db *db)
{
    return db_exec(db, &stmts[LEARN], NULL, NULL);
}
