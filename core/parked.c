#include "core/parked.h"

#include "core/row.h"
#include "lib/mem.h"

#include <stdlib.h>

enum stmt {
    LIST,
    CODE,
    RETRY,
    DROP
};

/* $1 is one id, or null: all of them. */
#define WHICH "g.state = 'parked' AND ($1::bigint IS NULL OR g.id = $1)"

static const struct db_stmt stmts[] = {
    [LIST] =
        {"parked_list",
         "SELECT g.id, " ROW_TIME(
             "g.finished_at") ", c.slug, a.slug, "
                              "v.number, g.language, g.crashes, "
                              "(SELECT count(*) FROM submissions s WHERE "
                              "s.grading_id = g.id "
                              "AND (s.status = 'pending' OR s.verdict = "
                              "'system_error')), "
                              "g.trouble "
                              "FROM gradings g "
                              "JOIN assignment_versions v ON v.id = "
                              "g.version_id "
                              "JOIN assignments a ON a.id = v.assignment_id "
                              "JOIN courses c ON c.id = a.course_id "
                              "WHERE g.state = 'parked' ORDER BY g.id",
         0},
    [CODE] = {"parked_code",
              "SELECT code FROM gradings WHERE id = $1 AND state = 'parked'",
              1},
    /* A grader that was thought dead may still come back with its old fence:
     * its result must stay stale.  Whose turn it once followed is long over. */
    [RETRY] = {"parked_retry",
               "UPDATE gradings g SET state = 'queued', crashes = 0, "
               "fence = g.fence + 1, reusable = false, follows = NULL, "
               "queued_at = clock_timestamp(), started_at = NULL, "
               "finished_at = NULL, verdict = NULL, score = NULL, "
               "time_ms = NULL, memory_kb = NULL, report = NULL, "
               "trouble = NULL WHERE " WHICH " RETURNING g.id",
               1},
    [DROP] = {"parked_drop",
              "UPDATE gradings g SET state = 'done' WHERE " WHICH
              " RETURNING g.id",
              1},
};

const struct db_stmts parked_statements = {"core/parked.c", stmts,
                                           sizeof stmts / sizeof stmts[0]};

enum err
parked_list(struct db *db, struct parked **out, size_t *count)
{
    struct db_result *r = NULL;

    *out = NULL;
    *count = 0;
    enum err e = db_exec(db, &stmts[LIST], NULL, &r);
    if (e != ERR_OK)
        return e;
    *count = (size_t)db_rows(r);
    *out = xcalloc(*count, sizeof **out);
    for (int i = 0; i < db_rows(r); i++) {
        struct parked *p = &(*out)[i];
        p->id = db_int(r, i, 0);
        db_copy(p->at, sizeof p->at, r, i, 1);
        db_copy(p->course, sizeof p->course, r, i, 2);
        db_copy(p->assignment, sizeof p->assignment, r, i, 3);
        p->version = (int)db_int(r, i, 4);
        db_copy(p->language, sizeof p->language, r, i, 5);
        p->crashes = (int)db_int(r, i, 6);
        p->waiting = db_int(r, i, 7);
        db_copy(p->trouble, sizeof p->trouble, r, i, 8);
    }
    db_result_free(r);
    return ERR_OK;
}

enum err
parked_code(struct db *db, int64_t id, char **code)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    *code = NULL;
    db_arg_int(&a, id);
    enum err e = db_exec(db, &stmts[CODE], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        *code = xstrdup(db_text(r, 0, 0));
    db_result_free(r);
    return e;
}

static enum err
change(struct db *db, enum stmt stmt, int64_t id, int64_t **ids, size_t *count)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    *ids = NULL;
    *count = 0;
    if (id == PARKED_ALL)
        db_arg_null(&a);
    else
        db_arg_int(&a, id);
    enum err e = db_exec(db, &stmts[stmt], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0 && id != PARKED_ALL)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK) {
        *ids = xcalloc((size_t)db_rows(r), sizeof **ids);
        for (int i = 0; i < db_rows(r); i++)
            (*ids)[(*count)++] = db_int(r, i, 0);
    }
    db_result_free(r);
    return e;
}

enum err
parked_retry(struct db *db, int64_t id, int64_t **ids, size_t *count)
{
    return change(db, RETRY, id, ids, count);
}

enum err
parked_drop(struct db *db, int64_t id, int64_t **ids, size_t *count)
{
    return change(db, DROP, id, ids, count);
}
