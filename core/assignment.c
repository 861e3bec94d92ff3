#include "core/assignment.h"

#include "core/row.h"
#include "lib/conf.h"
#include "lib/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The languages of version `v` for which there is a runtime, in its order. */
#define LANGUAGES                                                              \
    "coalesce((SELECT json_agg(l ORDER BY n) FROM unnest(v.languages) "        \
    "WITH ORDINALITY AS u (l, n) WHERE current_build(l) IS NOT NULL), '[]')"

/* Changes with what LANGUAGES could give. */
#define RUNTIMES                                                               \
    "(SELECT string_agg(DISTINCT language, ',' ORDER BY language) "            \
    "FROM runtimes)"

/* Seconds to the next opening or closing, 60 at most. */
#define TTL(instants)                                                          \
    "LEAST(60, ceil(extract(epoch FROM " instants " - now())))::integer"

#define ONE_DIGEST                                                             \
    "md5(concat_ws(' ', c.slug, a.slug, a.position, a.opens_at, a.due_at, "    \
    "a.current_version, " RUNTIMES "))"

#define ONE_TTL TTL("CASE WHEN a.due_at > now() THEN a.due_at END")

enum {
    FIND,
    NEXT,
    LIST,
    RENDER,
    RENDER_LIST,
    FILE_OF
};

static const struct db_stmt statements[] = {
    [FIND] = {"assignment_find",
              "SELECT a.id, a.current_version, c.visibility = 'public', "
              /**/ ROW_ENTER("$4",
                             "$5") ", " ONE_DIGEST ", " ONE_TTL " "
                                   "FROM " ROW_ASSIGNMENT(
                                       "$1", "$2",
                                       "$3") " "
                                             "JOIN courses c ON c.id = "
                                             "a.course_id WHERE " ROW_OPEN,
              5},
    [NEXT] = {"assignment_next",
              "SELECT a.id, a.current_version, c.visibility = 'public', "
              "a.id IS NOT NULL, " ONE_DIGEST ", " ONE_TTL " "
              "FROM courses c LEFT JOIN LATERAL ("
              "SELECT a.* FROM assignments a "
              "WHERE a.course_id = c.id AND " ROW_OPEN " AND NOT EXISTS ("
              "SELECT 1 FROM scores s WHERE s.user_id = $2 "
              "AND s.assignment_id = a.id AND s.solved_at IS NOT NULL) "
              "ORDER BY a.position, a.id LIMIT 1) a ON true "
              "WHERE c.slug = $1 AND " ROW_ENTER("$2", "$3"),
              3},
    [LIST] = {"assignment_list",
              "SELECT c.id, 0, c.visibility = 'public', "
              /**/ ROW_ENTER(
                  "$2",
                  "$3") ", md5(concat_ws(' ', "
                        "string_agg(concat_ws(' ', a.id, a.slug, a.position, "
                        "a.current_version, a.opens_at, a.due_at), ',' "
                        "ORDER BY a.position, a.id) FILTER (WHERE " ROW_OPEN
                        "), "
              /**/ RUNTIMES
                        ")), " TTL("LEAST(min(a.opens_at) FILTER (WHERE "
                                   "a.opens_at > now()), "
                                   "min(a.due_at) FILTER (WHERE a.due_at > "
                                   "now()))") " "
                                              "FROM courses c LEFT JOIN "
                                              "assignments a "
                                              "ON a.course_id = c.id AND "
                                              "a.published "
                                              "WHERE c.slug = $1 GROUP BY c.id",
              3},
    [RENDER] =
        {"assignment_render",
         "SELECT a.id, a.slug, c.slug, v.number, v.title, v.handout, "
         "v.handout_html, v.kind, " LANGUAGES ", v.limits, v.points, "
         "v.starter, v.samples, v.tests_total, " ROW_TIME(
             "a.opens_at") ", " ROW_TIME("a.due_at") " "
                                                     "FROM assignments a JOIN "
                                                     "courses c ON c.id = "
                                                     "a.course_id "
                                                     "JOIN assignment_versions "
                                                     "v ON v.id = $2 "
                                                     "AND v.assignment_id = "
                                                     "a.id WHERE a.id = $1",
         2},
    [RENDER_LIST] = {"assignment_render_list",
                     "SELECT a.id, a.slug, v.title, c.slug, a.position, "
                     "v.points, " LANGUAGES ", " ROW_TIME("a.opens_at") ", "
                     /**/ ROW_TIME(
                         "a.due_at") " "
                                     "FROM courses c JOIN assignments a ON "
                                     "a.course_id = c.id "
                                     "JOIN assignment_versions v ON v.id = "
                                     "a.current_version "
                                     "WHERE c.id = $1 AND " ROW_OPEN " "
                                     "ORDER BY a.position, a.id",
                     1},
    [FILE_OF] = {"assignment_file",
                 "SELECT data FROM assignment_files "
                 "WHERE version_id = $1 AND name = $2",
                 2},
};

const struct db_stmts assignment_statements = {
    "core/assignment.c", statements, sizeof statements / sizeof statements[0]};

/* -- names -- */

bool
assignment_is_slug(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n > 0 && n <= 63 && text[n] == '\0' && text[0] != '-';
}

bool
assignment_name_parse(const char *text, const char *course,
                      struct assignment_name *out)
{
    const char *slash = strchr(text, '/');
    char first[64];

    memset(out, 0, sizeof *out);
    if (text_to_int(text, 1, INT64_MAX, &out->id))
        return true;
    out->id = 0;
    if (slash != NULL) {
        size_t n = (size_t)(slash - text);
        if (n >= sizeof first)
            return false;
        snprintf(first, sizeof first, "%.*s", (int)n, text);
        course = first;
        text = slash + 1;
    } else if (course == NULL) {
        course = conf()->default_course;
    }
    if (!assignment_is_slug(course) || !assignment_is_slug(text))
        return false;
    snprintf(out->course, sizeof out->course, "%s", course);
    snprintf(out->slug, sizeof out->slug, "%s", text);
    return true;
}

void
assignment_name_args(struct db_args *a, const struct assignment_name *n)
{
    if (n->id != 0) {
        db_arg_int(a, n->id);
        db_arg_null(a);
        db_arg_null(a);
    } else {
        db_arg_null(a);
        db_arg_text(a, n->course);
        db_arg_text(a, n->slug);
    }
}

/* -- where it stands -- */

static enum err
find(struct db *db, const struct db_stmt *stmt, const struct db_args *a,
     struct assignment_ref *out)
{
    struct db_result *r = NULL;

    memset(out, 0, sizeof *out);
    enum err e = db_exec(db, stmt, a, &r);
    if (e != ERR_OK)
        goto out;
    if (db_rows(r) == 0) {
        e = ERR_NOT_FOUND;
        goto out;
    }
    out->id = db_int(r, 0, 0);
    out->version = db_int(r, 0, 1);
    out->is_public = db_bool(r, 0, 2);
    out->may_see = db_bool(r, 0, 3);
    snprintf(out->digest, sizeof out->digest, "%s", db_text(r, 0, 4));
    out->ttl = db_int(r, 0, 5);
    if (out->ttl < 1)
        out->ttl = 1;
out:
    db_result_free(r);
    return e;
}

enum err
assignment_find(struct db *db, const struct assignment_name *name,
                const char *user, bool is_admin, struct assignment_ref *out)
{
    struct db_args a = {0};
    assignment_name_args(&a, name);
    db_arg_text(&a, user);
    db_arg_bool(&a, is_admin);
    return find(db, &statements[FIND], &a, out);
}

enum err
assignment_find_next(struct db *db, const char *course, const char *user,
                     bool is_admin, struct assignment_ref *out)
{
    struct db_args a = {0};
    db_arg_text(&a, course);
    db_arg_text(&a, user);
    db_arg_bool(&a, is_admin);
    return find(db, &statements[NEXT], &a, out);
}

enum err
assignment_find_list(struct db *db, const char *course, const char *user,
                     bool is_admin, struct assignment_ref *out)
{
    struct db_args a = {0};
    db_arg_text(&a, course);
    db_arg_text(&a, user);
    db_arg_bool(&a, is_admin);
    return find(db, &statements[LIST], &a, out);
}

/* -- rendering -- */

static void
add_json(struct buf *out, struct json *j)
{
    size_t size = 0;
    char *text = json_print(j, &size);
    buf_add(out, text, size);
    free(text);
    json_free(j);
}

static struct json *
one_json(const struct db_result *r)
{
    struct json *j = json_object();
    row_add_int(j, "id", r, 0, 0);
    row_add_text(j, "slug", r, 0, 1);
    row_add_text(j, "course", r, 0, 2);
    row_add_int(j, "version", r, 0, 3);
    row_add_text(j, "title", r, 0, 4);
    row_add_text(j, "handout", r, 0, 5);
    row_add_text(j, "handout_html", r, 0, 6);
    row_add_text(j, "kind", r, 0, 7);
    row_add_json(j, "languages", r, 0, 8);
    row_add_json(j, "limits", r, 0, 9);
    row_add_number(j, "points", r, 0, 10);
    row_add_json(j, "starter", r, 0, 11);
    row_add_json(j, "samples", r, 0, 12);
    row_add_int(j, "tests_total", r, 0, 13);
    row_add_text(j, "opens_at", r, 0, 14);
    row_add_text(j, "due_at", r, 0, 15);
    return j;
}

enum err
assignment_render(struct db *db, const struct assignment_ref *ref, bool text,
                  struct buf *out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    db_arg_int(&a, ref->id);
    db_arg_int(&a, ref->version);
    enum err e = db_exec(db, &statements[RENDER], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK && text)
        buf_fmt(out, "%s/%s: %s (%g points)\n\n%s\n", db_text(r, 0, 2),
                db_text(r, 0, 1), db_text(r, 0, 4), db_double(r, 0, 10),
                db_text(r, 0, 5));
    else if (e == ERR_OK)
        add_json(out, one_json(r));
    db_result_free(r);
    return e;
}

static struct json *
item_json(const struct db_result *r, int i)
{
    struct json *j = json_object();
    row_add_int(j, "id", r, i, 0);
    row_add_text(j, "slug", r, i, 1);
    row_add_text(j, "title", r, i, 2);
    row_add_text(j, "course", r, i, 3);
    row_add_int(j, "position", r, i, 4);
    row_add_number(j, "points", r, i, 5);
    row_add_json(j, "languages", r, i, 6);
    row_add_text(j, "opens_at", r, i, 7);
    row_add_text(j, "due_at", r, i, 8);
    return j;
}

enum err
assignment_render_list(struct db *db, const struct assignment_ref *ref,
                       bool text, struct buf *out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    db_arg_int(&a, ref->id);
    enum err e = db_exec(db, &statements[RENDER_LIST], &a, &r);
    if (e == ERR_OK && text) {
        for (int i = 0; i < db_rows(r); i++)
            buf_fmt(out, "%s\t%s/%s\t%g\t%s\n", db_text(r, i, 0),
                    db_text(r, i, 3), db_text(r, i, 1), db_double(r, i, 5),
                    db_text(r, i, 2));
    } else if (e == ERR_OK) {
        struct json *list = json_array();
        for (int i = 0; i < db_rows(r); i++)
            json_push(list, item_json(r, i));
        struct json *j = json_object();
        json_add(j, "assignments", list);
        add_json(out, j);
    }
    db_result_free(r);
    return e;
}

enum err
assignment_file(struct db *db, const struct assignment_ref *ref,
                const char *name, char **data, size_t *size)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    *data = NULL;
    *size = 0;
    if (!text_is_utf8(name, strlen(name)))
        return ERR_NOT_FOUND;
    db_arg_int(&a, ref->version);
    db_arg_text(&a, name);
    enum err e = db_exec(db, &statements[FILE_OF], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    if (e == ERR_OK)
        *data = db_bytes(r, 0, 0, size);
    db_result_free(r);
    return e;
}
