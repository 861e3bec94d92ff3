#include "core/user.h"

#include "core/row.h"
#include "lib/conf.h"
#include "lib/secret.h"

#include <stdio.h>
#include <string.h>

enum {
    CREATE,
    BY_NAME,
    PASSWORD_OF,
    CHANGE,
    TOTALS,
    PROGRESS
};

static const struct db_stmt statements[] = {
    [CREATE] = {"user_create",
                "WITH u AS (INSERT INTO users (name, password_hash) "
                "VALUES ($1, $2) RETURNING id) "
                "INSERT INTO tokens (hash, user_id, kind, expires_at) "
                "SELECT $3, id, 'session', now() + make_interval(days => $4) "
                "FROM u RETURNING user_id",
                4},
    [BY_NAME] = {"user_by_name",
                 "SELECT id, password_hash FROM users WHERE name = $1", 1},
    [PASSWORD_OF] = {"user_password_of",
                     "SELECT password_hash, name FROM users WHERE id = $1", 1},
    /* one statement, so that a new password and the end of what the old one
     * opened come together */
    [CHANGE] = {"user_change",
                "WITH gone AS (DELETE FROM tokens WHERE user_id = $1 "
                "AND id <> $4 AND $3::text IS NOT NULL) "
                "UPDATE users SET name = coalesce($2, name), "
                "password_hash = coalesce($3, password_hash) WHERE id = $1",
                4},
    [TOTALS] = {"user_totals",
                "SELECT coalesce(u.name, ''), coalesce(sum(c.points), 0), "
                "coalesce(sum(c.solved), 0), (SELECT s.id FROM submissions s "
                "WHERE s.user_id = u.id AND s.status = 'pending') "
                "FROM users u LEFT JOIN course_scores c ON c.user_id = u.id "
                "WHERE u.id = $1 GROUP BY u.id",
                1},
    [PROGRESS] = {"user_progress",
                  "SELECT coalesce(k.points, 0), coalesce(k.solved, 0), a.id, "
                  "s.solved_at IS NOT NULL, coalesce(t.attempts, 0), "
                  "coalesce(s.points, 0), " ROW_TIME(
                      "a.due_at") ", t.last "
                                  "FROM courses c "
                                  "LEFT JOIN course_scores k ON k.course_id = "
                                  "c.id AND k.user_id = $1 "
                                  "LEFT JOIN assignments a ON a.course_id = "
                                  "c.id AND " ROW_OPEN " "
                                  "LEFT JOIN scores s ON s.user_id = $1 AND "
                                  "s.assignment_id = a.id "
                                  "LEFT JOIN LATERAL (SELECT max(b.id) AS "
                                  "last, count(*) FILTER "
                                  "(WHERE b.status <> 'replaced' "
                                  "AND b.verdict IS DISTINCT FROM "
                                  "'system_error') AS attempts "
                                  "FROM submissions b WHERE b.user_id = $1 AND "
                                  "b.assignment_id = a.id) "
                                  "t ON true WHERE c.slug = $2 AND " ROW_ENTER(
                                      "$1", "$3") " "
                                                  "ORDER BY a.position, a.id",
                  3},
};

const struct db_stmts user_statements = {
    "core/user.c", statements, sizeof statements / sizeof statements[0]};

/* -- what is a name -- */

/* Characters that nobody sees: they make two names look the same, or turn the
 * text around them.  `c` is at the start of one, in UTF-8. */
static bool
is_invisible(const unsigned char *c)
{
    if (c[0] < 0x20 || c[0] == 0x7f)
        return true;
    if (c[0] == 0xc2) /* U+0080 to U+00A0, U+00AD */
        return c[1] <= 0xa0 || c[1] == 0xad;
    if (c[0] == 0xe2 && c[1] == 0x80) /* U+200B to U+200F, U+2028 to U+202E */
        return (c[2] >= 0x8b && c[2] <= 0x8f) || (c[2] >= 0xa8 && c[2] <= 0xae);
    if (c[0] == 0xe2 && c[1] == 0x81) /* U+2060 to U+206F */
        return c[2] >= 0xa0 && c[2] <= 0xaf;
    return c[0] == 0xef && c[1] == 0xbb && c[2] == 0xbf; /* U+FEFF */
}

const char *
user_name_fault(const char *name)
{
    size_t n = strlen(name);
    if (n == 0)
        return "is empty";
    if (n > USER_NAME_MAX)
        return "is longer than 64 bytes";
    if (name[0] == ' ' || name[n - 1] == ' ')
        return "has a blank at its start or end";
    for (const char *p = name; *p != '\0'; p++)
        if (is_invisible((const unsigned char *)p))
            return "has a control or invisible character";
    return NULL;
}

const char *
user_password_fault(const char *password)
{
    size_t n = strlen(password);
    if (n < USER_PASSWORD_MIN)
        return "is shorter than 8 bytes";
    return n > USER_PASSWORD_MAX ? "is longer than 128 bytes" : NULL;
}

/* -- signing up and in -- */

enum err
user_create(struct db *db, const char *name, const char *password, char id[37],
            char *token)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    char stored[SECRET_PASSWORD_HASH_SIZE];
    unsigned char hash[SECRET_HASH_SIZE];

    secret_token(token, hash);
    if (password != NULL)
        secret_password_hash(password, stored);
    db_arg_text(&a, name);
    db_arg_text(&a, password != NULL ? stored : NULL);
    db_arg_bytes(&a, hash, sizeof hash);
    db_arg_int(&a, conf()->session_days);
    enum err e = db_exec(db, &statements[CREATE], &a, &r);
    if (e == ERR_OK)
        snprintf(id, 37, "%s", db_text(r, 0, 0));
    db_result_free(r);
    return e;
}

enum err
user_log_in(struct db *db, const char *name, const char *password, char id[37],
            bool *found)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    *found = false;
    db_arg_text(&a, name);
    enum err e = db_exec(db, &statements[BY_NAME], &a, &r);
    if (e != ERR_OK)
        goto out;
    bool known = db_rows(r) == 1 && !db_null(r, 0, 1);
    *found = secret_password_check(password, known ? db_text(r, 0, 1) : NULL);
    if (*found)
        snprintf(id, 37, "%s", db_text(r, 0, 0));
out:
    db_result_free(r);
    return e;
}

/* May this user set a new password? */
static enum err
check_old_password(struct db *db, const char *id, const char *name,
                   const char *old_password)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    db_arg_text(&a, id);
    enum err e = db_exec(db, &statements[PASSWORD_OF], &a, &r);
    if (e != ERR_OK)
        goto out;
    if (db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    else if (!db_null(r, 0, 0) &&
             (old_password == NULL ||
              !secret_password_check(old_password, db_text(r, 0, 0))))
        e = ERR_FORBIDDEN;
    else if (db_null(r, 0, 1) && name == NULL)
        e = ERR_INVALID;
out:
    db_result_free(r);
    return e;
}

enum err
user_change(struct db *db, const char *id, const char *name,
            const char *password, const char *old_password, int64_t keep_token)
{
    struct db_args a = {0};
    char stored[SECRET_PASSWORD_HASH_SIZE];

    if (password != NULL) {
        enum err e = check_old_password(db, id, name, old_password);
        if (e != ERR_OK)
            return e;
        secret_password_hash(password, stored);
    }
    db_arg_text(&a, id);
    db_arg_text(&a, name);
    db_arg_text(&a, password != NULL ? stored : NULL);
    db_arg_int(&a, keep_token);
    return db_exec(db, &statements[CHANGE], &a, NULL);
}

/* -- what she has -- */

enum err
user_totals(struct db *db, const char *id, struct user_totals *out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    memset(out, 0, sizeof *out);
    db_arg_text(&a, id);
    enum err e = db_exec(db, &statements[TOTALS], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK) {
        snprintf(out->name, sizeof out->name, "%s", db_text(r, 0, 0));
        out->points = db_double(r, 0, 1);
        out->solved = db_int(r, 0, 2);
        out->pending = db_int(r, 0, 3);
    }
    db_result_free(r);
    return e;
}

static struct json *
progress_json(const struct db_result *r)
{
    struct json *all = json_object(), *j = json_object();

    row_add_number(j, "points", r, 0, 0);
    row_add_int(j, "solved", r, 0, 1);
    for (int i = 0; i < db_rows(r); i++) {
        if (db_null(r, i, 2)) /* a course without assignments */
            continue;
        struct json *one = json_object();
        json_add_bool(one, "solved", db_bool(r, i, 3));
        row_add_int(one, "attempts", r, i, 4);
        row_add_number(one, "points", r, i, 5);
        row_add_text(one, "due_at", r, i, 6);
        row_add_int(one, "last_submission", r, i, 7);
        json_add(all, db_text(r, i, 2), one);
    }
    json_add(j, "assignments", all);
    return j;
}

enum err
user_progress(struct db *db, const char *id, bool is_admin, const char *course,
              struct json **out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    *out = NULL;
    db_arg_text(&a, id);
    db_arg_text(&a, course);
    db_arg_bool(&a, is_admin);
    enum err e = db_exec(db, &statements[PROGRESS], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        *out = progress_json(r);
    db_result_free(r);
    return e;
}
