#include "core/score.h"

#include "core/row.h"

#include <stdio.h>
#include <string.h>

enum {
    COURSE,
    LIST
};

static const struct db_stmt statements[] = {
    [COURSE] = {"score_course",
                "SELECT c.id, c.scores_shown, $3 OR EXISTS (SELECT 1 "
                "FROM memberships s WHERE s.user_id = $2 "
                "AND s.course_id = c.id AND s.role <> 'learner') "
                "FROM courses c WHERE c.slug = $1 AND " ROW_ENTER("$2", "$3"),
                3},
    [LIST] = {"score_list",
              "SELECT s.id, s.points, s.solved, "
              "CASE WHEN $2 THEN u.name END, s.user_id = $3 "
              "FROM course_scores s JOIN users u ON u.id = s.user_id "
              "WHERE s.course_id = $1 AND (s.points < $4 "
              "OR (s.points = $4 AND s.id > $5)) "
              "AND s.points <= $4 " /* the index's condition */
              "ORDER BY s.points DESC, s.id LIMIT $6",
              6},
};

const struct db_stmts score_statements = {
    "core/score.c", statements, sizeof statements / sizeof statements[0]};

struct course {
    int64_t id;
    bool names; /* shown by name */
};

static enum err
find_course(struct db *db, const char *slug, const char *user, bool is_admin,
            struct course *out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    db_arg_text(&a, slug);
    db_arg_text(&a, user);
    db_arg_bool(&a, is_admin);
    enum err e = db_exec(db, &statements[COURSE], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK) {
        bool staff = db_bool(r, 0, 2);
        const char *shown = db_text(r, 0, 1);
        out->id = db_int(r, 0, 0);
        out->names = staff || strcmp(shown, "names") == 0;
        if (!staff && strcmp(shown, "off") == 0)
            e = ERR_FORBIDDEN;
    }
    db_result_free(r);
    return e;
}

static struct json *
row_json(const struct db_result *r, int i)
{
    char pseudonym[32];
    struct json *j = json_object();

    snprintf(pseudonym, sizeof pseudonym, "learner %s", db_text(r, i, 0));
    json_add_text(j, "name", db_null(r, i, 3) ? pseudonym : db_text(r, i, 3));
    row_add_number(j, "points", r, i, 1);
    row_add_int(j, "solved", r, i, 2);
    json_add_bool(j, "me", db_bool(r, i, 4));
    return j;
}

enum err
score_list(struct db *db, const char *course, const char *user, bool is_admin,
           const struct score_cursor *after, int64_t limit, struct json **out,
           struct score_cursor *next)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    struct course c = {0};

    *out = NULL;
    memset(next, 0, sizeof *next);
    enum err e = find_course(db, course, user, is_admin, &c);
    if (e != ERR_OK)
        return e;
    db_arg_int(&a, c.id);
    db_arg_bool(&a, c.names);
    db_arg_text(&a, user);
    db_arg_double(&a, after != NULL ? after->points : 1e300);
    db_arg_int(&a, after != NULL ? after->id : 0);
    db_arg_int(&a, limit + 1);
    e = db_exec(db, &statements[LIST], &a, &r);
    if (e != ERR_OK)
        return e;
    struct json *list = json_array();
    for (int i = 0; i < db_rows(r) && i < limit; i++)
        json_push(list, row_json(r, i));
    if (db_rows(r) > limit) {
        next->points = db_double(r, (int)limit - 1, 1);
        next->id = db_int(r, (int)limit - 1, 0);
    }
    *out = json_object();
    json_add(*out, "scores", list);
    db_result_free(r);
    return ERR_OK;
}
