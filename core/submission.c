#include "core/submission.h"

#include "core/report.h"
#include "core/row.h"
#include "lib/conf.h"
#include "lib/mem.h"
#include "lib/secret.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Staff of the course of assignment `a`, as table `m`. */
#define STAFF(user)                                                            \
    "LEFT JOIN memberships m ON m.course_id = a.course_id "                    \
    "AND m.user_id = " user " AND m.role <> 'learner' "

enum {
    HAND_IN,
    GET,
    JUDGED,
    TOLD,
    HISTORY,
    TRIES
};

/* One submission's short form: the columns that add_summary() reads. */
#define SUMMARY                                                                \
    "s.id, s.assignment_id, c.slug, a.slug, g.language, s.status, s.verdict, " \
    "s.points, v.points, " ROW_TIME("s.submitted_at") ", " ROW_TIME(           \
        "s.graded_at") ", extract(epoch FROM s.late_by)::bigint "

#define SUMMARY_FROM                                                           \
    "FROM submissions s JOIN gradings g ON g.id = s.grading_id "               \
    "JOIN assignment_versions v ON v.id = g.version_id "                       \
    "JOIN assignments a ON a.id = s.assignment_id "                            \
    "JOIN courses c ON c.id = a.course_id "

static const struct db_stmt statements[] = {
    [HAND_IN] = {"submission_hand_in",
                 "SELECT h.outcome, h.submission_id, h.grading_id, "
                 "h.status = 'graded', h.fresh, h.class, h.replaced, h.place, "
                 "h.seconds "
                 "FROM " ROW_ASSIGNMENT(
                     "$1", "$2",
                     "$3") " CROSS JOIN LATERAL "
                           "hand_in($4, a.id, $5, $6, $7, $8, $9, $10) h",
                 10},
    [GET] = {"submission_get",
             "SELECT " SUMMARY ", g.id, g.report, g.time_ms, g.memory_kb, "
             "v.tests_total, g.code, m.user_id IS NOT NULL OR $3, "
             "p.place, p.seconds "
             /**/ SUMMARY_FROM STAFF(
                 "$2") "LEFT JOIN queue_place(CASE WHEN s.status = 'pending' "
                       "THEN g.id END) p ON true "
                       "WHERE s.id = $1 "
                       "AND (s.user_id = $2 OR m.user_id IS NOT NULL OR $3)",
             3},
    [JUDGED] = {"submission_judged",
                "SELECT s.status <> 'pending', s.grading_id "
                "FROM submissions s JOIN assignments a "
                "ON a.id = s.assignment_id " STAFF(
                    "$2") "WHERE s.id = $1 "
                          "AND (s.user_id = $2 OR m.user_id IS NOT NULL OR $3)",
                3},
    [TOLD] = {"submission_told",
              "SELECT s.user_id, s.points, (SELECT sum(c.points) "
              "FROM course_scores c WHERE c.user_id = s.user_id) "
              "FROM submissions s WHERE s.id = $1 AND s.status = 'graded'",
              1},
    [HISTORY] = {"submission_history",
                 "SELECT " SUMMARY SUMMARY_FROM
                 "WHERE s.user_id = $1 AND s.id < $2 "
                 "ORDER BY s.id DESC LIMIT $3",
                 3},
    [TRIES] = {"submission_tries",
               "SELECT " SUMMARY "FROM (SELECT id FROM "
               /**/ ROW_ASSIGNMENT(
                   "$4", "$5",
                   "$6") ") w "
                         "JOIN submissions s ON s.assignment_id = w.id "
                         "JOIN gradings g ON g.id = s.grading_id "
                         "JOIN assignment_versions v ON v.id = g.version_id "
                         "JOIN assignments a ON a.id = s.assignment_id "
                         "JOIN courses c ON c.id = a.course_id "
                         "WHERE s.user_id = $1 AND s.id < $2 "
                         "ORDER BY s.id DESC LIMIT $3",
               6},
};

const struct db_stmts submission_statements = {
    "core/submission.c", statements, sizeof statements / sizeof statements[0]};

/* -- handing in -- */

static enum err
read_outcome(const struct db_result *r, struct submission_handed *out)
{
    static const struct {
        const char *name;
        enum err err;
        enum submission_outcome outcome;
    } outcomes[] = {
        {"created", ERR_OK, SUBMISSION_CREATED},
        {"replay", ERR_OK, SUBMISSION_REPLAY},
        {"key_reuse", ERR_OK, SUBMISSION_KEY_REUSE},
        {"pending", ERR_OK, SUBMISSION_PENDING},
        {"replace", ERR_OK, SUBMISSION_NOT_YOURS},
        {"busy", ERR_OK, SUBMISSION_BUSY},
        {"unknown", ERR_NOT_FOUND, SUBMISSION_CREATED},
        {"language", ERR_INVALID, SUBMISSION_CREATED},
    };

    if (db_rows(r) == 0)
        return ERR_NOT_FOUND;
    out->id = db_int(r, 0, 1);
    out->grading = db_int(r, 0, 2);
    out->graded = db_bool(r, 0, 3);
    out->fresh = db_bool(r, 0, 4);
    out->class = stream_class_of(db_text(r, 0, 5));
    out->replaced = db_int(r, 0, 6);
    out->place.position = db_int(r, 0, 7);
    out->place.seconds = db_null(r, 0, 8) ? -1 : db_double(r, 0, 8);
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (strcmp(db_text(r, 0, 0), outcomes[i].name) == 0) {
            out->outcome = outcomes[i].outcome;
            return outcomes[i].err;
        }
    return ERR_INTERNAL;
}

/* What an Idempotency-Key stands for: the same program in the same language
 * for the same assignment, in whatever form it came. */
static void
hash_request(const struct submission_new *in,
             unsigned char hash[SECRET_HASH_SIZE])
{
    struct buf b = {0};
    buf_fmt(&b, "%lld/%s/%s\n%s\n", (long long)in->assignment->id,
            in->assignment->course, in->assignment->slug, in->language);
    buf_str(&b, in->code);
    secret_hash(b.data, b.size, hash);
    buf_free(&b);
}

enum err
submission_hand_in(struct db *db, const struct submission_new *in,
                   struct submission_handed *out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    unsigned char hash[SECRET_HASH_SIZE];

    memset(out, 0, sizeof *out);
    hash_request(in, hash);
    assignment_name_args(&a, in->assignment);
    db_arg_text(&a, in->user);
    db_arg_text(&a, in->language);
    db_arg_text(&a, in->code);
    db_arg_text(&a, in->key);
    db_arg_bytes(&a, hash, sizeof hash);
    if (in->replace != 0)
        db_arg_int(&a, in->replace);
    else
        db_arg_null(&a);
    db_arg_int(&a, conf()->guest_queue_max);
    enum err e = db_exec(db, &statements[HAND_IN], &a, &r);
    if (e == ERR_OK)
        e = read_outcome(r, out);
    db_result_free(r);
    return e;
}

/* -- reading back -- */

static bool
is_accepted(const struct db_result *r, int i)
{
    return strcmp(db_text(r, i, 6), "accepted") == 0;
}

/* The SUMMARY columns of row `i`. */
static struct json *
summary_json(const struct db_result *r, int i)
{
    struct json *j = json_object();
    row_add_int(j, "id", r, i, 0);
    row_add_int(j, "assignment", r, i, 1);
    row_add_text(j, "course", r, i, 2);
    row_add_text(j, "slug", r, i, 3);
    row_add_text(j, "language", r, i, 4);
    row_add_text(j, "status", r, i, 5);
    row_add_text(j, "verdict", r, i, 6);
    json_add_bool(j, "correct", is_accepted(r, i));
    row_add_number(j, "points", r, i, 7);
    row_add_number(j, "max_points", r, i, 8);
    row_add_text(j, "submitted_at", r, i, 9);
    row_add_text(j, "graded_at", r, i, 10);
    row_add_int(j, "late_by_seconds", r, i, 11);
    return j;
}

void
submission_add_place(struct json *j, const struct submission_place *p)
{
    json_add_int(j, "queue_position", p->position);
    if (p->seconds >= 0)
        json_add_number(j, "expected_wait_seconds", p->seconds);
    else
        json_add_null(j, "expected_wait_seconds");
}

char *
submission_pending_text(int64_t id, const struct submission_place *p)
{
    struct buf b = {0};
    buf_fmt(&b, "PENDING %lld queue position %lld", (long long)id,
            (long long)p->position);
    if (p->seconds >= 0)
        buf_fmt(&b, ", about %.0f s", ceil(p->seconds));
    buf_str(&b, "\n");
    return buf_take(&b, NULL);
}

/* The first word is the contract with scripts. */
static char *
judged_text(const struct db_result *r, const struct json *tests,
            const char *feedback)
{
    struct buf b = {0};
    const char *verdict = db_text(r, 0, 6);
    const char *word = "FAIL";

    if (is_accepted(r, 0))
        word = "PASS";
    else if (strcmp(verdict, "system_error") == 0)
        word = "ERROR"; /* ours, not the student's */
    buf_fmt(&b, "%s %s %s/%s %s %g/%g points\n", word, db_text(r, 0, 0),
            db_text(r, 0, 2), db_text(r, 0, 3), verdict, db_double(r, 0, 7),
            db_double(r, 0, 8));
    if (*feedback != '\0')
        buf_fmt(&b, "%s\n", feedback);
    for (int i = 0; i < json_size(tests); i++) {
        const struct json *t = json_at(tests, i);
        const char *name = json_text(json_get(t, "name"));
        const char *what = json_text(json_get(t, "verdict"));
        buf_fmt(&b, "%s\t%s\n", what ? what : "-", name && *name ? name : "-");
    }
    return buf_take(&b, NULL);
}

static void
read_one(const struct db_result *r, struct submission *out)
{
    enum {
        GRADING = 12,
        REPORT,
        TIME,
        MEMORY,
        TESTS_TOTAL,
        CODE,
        IS_STAFF,
        PLACE,
        SECONDS
    };
    char *feedback = NULL;
    bool verified = false;
    struct json *j = summary_json(r, 0);

    out->id = db_int(r, 0, 0);
    out->grading = db_int(r, 0, GRADING);
    out->graded = strcmp(db_text(r, 0, 5), "graded") == 0;
    out->pending = strcmp(db_text(r, 0, 5), "pending") == 0;
    out->place.position = db_int(r, 0, PLACE);
    out->place.seconds = db_null(r, 0, SECONDS) ? -1 : db_double(r, 0, SECONDS);
    /* a grading may be done before its submission was told */
    const char *report = out->graded ? db_text(r, 0, REPORT) : "";
    struct json *tests = report_tests(report, db_bool(r, 0, IS_STAFF),
                                      &feedback, &verified);
    if (out->graded)
        out->text = judged_text(r, tests, feedback);
    else if (!out->pending)
        out->text = xasprintf("REPLACED %s by a later submission of yours\n",
                              db_text(r, 0, 0));
    else
        out->text = submission_pending_text(out->id, &out->place);
    json_add_text(j, "feedback", feedback);
    json_add(j, "tests", tests);
    row_add_int(j, "tests_total", r, 0, TESTS_TOTAL);
    if (out->graded)
        json_add_bool(j, "verified", verified);
    else
        json_add_null(j, "verified");
    row_add_int(j, "time_ms", r, 0, TIME);
    row_add_int(j, "memory_kb", r, 0, MEMORY);
    if (out->pending)
        submission_add_place(j, &out->place);
    row_add_text(j, "code", r, 0, CODE);
    out->json = j;
    free(feedback);
}

enum err
submission_get(struct db *db, int64_t id, const char *user, bool is_admin,
               struct submission *out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    memset(out, 0, sizeof *out);
    db_arg_int(&a, id);
    db_arg_text(&a, user);
    db_arg_bool(&a, is_admin);
    enum err e = db_exec(db, &statements[GET], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        read_one(r, out);
    db_result_free(r);
    return e;
}

void
submission_free(struct submission *s)
{
    if (s == NULL)
        return;
    json_free(s->json);
    free(s->text);
    memset(s, 0, sizeof *s);
}

enum err
submission_is_judged(struct db *db, int64_t id, const char *user, bool is_admin,
                     bool *judged, int64_t *grading)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    *judged = false;
    *grading = 0;
    db_arg_int(&a, id);
    db_arg_text(&a, user);
    db_arg_bool(&a, is_admin);
    enum err e = db_exec(db, &statements[JUDGED], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK) {
        *judged = db_bool(r, 0, 0);
        *grading = db_int(r, 0, 1);
    }
    db_result_free(r);
    return e;
}

enum err
submission_told(struct db *db, int64_t id, struct grading_told *out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    db_arg_int(&a, id);
    enum err e = db_exec(db, &statements[TOLD], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK) {
        snprintf(out->user, sizeof out->user, "%s", db_text(r, 0, 0));
        out->submission = id;
        out->points = db_double(r, 0, 1);
        out->total_points = db_double(r, 0, 2);
    }
    db_result_free(r);
    return e;
}

enum err
submission_list(struct db *db, const char *user,
                const struct assignment_name *assignment, int64_t before,
                int64_t limit, struct json **out, int64_t *next)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    *out = NULL;
    *next = 0;
    db_arg_text(&a, user);
    db_arg_int(&a, before);
    db_arg_int(&a, limit + 1);
    if (assignment != NULL)
        assignment_name_args(&a, assignment);
    enum err e = db_exec(db, &statements[assignment ? TRIES : HISTORY], &a, &r);
    if (e != ERR_OK)
        return e;
    struct json *list = json_array();
    for (int i = 0; i < db_rows(r) && i < limit; i++)
        json_push(list, summary_json(r, i));
    if (db_rows(r) > limit)
        *next = db_int(r, (int)limit - 1, 0);
    *out = json_object();
    json_add(*out, "submissions", list);
    db_result_free(r);
    return ERR_OK;
}
