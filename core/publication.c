#include "core/publication.h"

#include "lib/json.h"
#include "lib/mem.h"
#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>

enum {
    ASSIGNMENT,
    SAME,
    VERSION,
    ATTACH,
    ACTIVATE,
    WITHDRAW
};

static const struct db_stmt stmt[] = {
    /* the row lock keeps two publications of one assignment apart */
    [ASSIGNMENT] =
        {"publication_assignment",
         "INSERT INTO assignments AS a "
         "(course_id, slug, position, opens_at, due_at) "
         "SELECT c.id, $2, $3, nullif($4, '')::timestamp AT TIME ZONE "
         "c.timezone, nullif($5, '')::timestamp AT TIME ZONE c.timezone "
         "FROM courses c WHERE c.id = $1 "
         "ON CONFLICT (course_id, slug) DO UPDATE SET "
         "position = excluded.position, opens_at = excluded.opens_at, "
         "due_at = excluded.due_at RETURNING a.id",
         5},
    [SAME] = {"publication_same",
              "SELECT v.id, v.number FROM assignments a "
              "JOIN assignment_versions v ON v.id = a.current_version "
              "WHERE a.id = $1 AND v.package_hash = $2 AND v.points = $3",
              3},
    [VERSION] =
        {"publication_version",
         "INSERT INTO assignment_versions (assignment_id, number, title, "
         "handout, handout_html, kind, languages, points, limits, starter, "
         "samples, tests_total, package, package_hash) "
         "SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, "
         "string_to_array($6, ' '), $7, $8::jsonb, $9::jsonb, $10::jsonb, $11, "
         "$12, $13 FROM assignment_versions WHERE assignment_id = $1 "
         "RETURNING id, number",
         13},
    [ATTACH] = {"publication_attach",
                "INSERT INTO assignment_files (version_id, name, data) "
                "VALUES ($1, $2, $3)",
                3},
    [ACTIVATE] = {"publication_activate",
                  "UPDATE assignments SET current_version = $2, "
                  "published = true WHERE id = $1",
                  2},
    [WITHDRAW] = {"publication_withdraw",
                  "UPDATE assignments a SET published = false FROM courses c "
                  "WHERE c.id = a.course_id AND c.slug = $1 AND a.slug = $2 "
                  "RETURNING a.id",
                  2},
};

const struct db_stmts publication_statements = {__FILE__, stmt,
                                                sizeof stmt / sizeof stmt[0]};

static char *
print_and_free(struct json *j)
{
    char *text = json_print(j, NULL);
    json_free(j);
    return text;
}

static char *
limits_json(const struct package *p)
{
    struct json *j = json_object();
    json_add_int(j, "time_limit_ms", p->time_limit_ms);
    json_add_int(j, "memory_limit_kb", p->memory_limit_kb);
    json_add_int(j, "output_limit_kb", p->output_limit_kb);
    return print_and_free(j);
}

static char *
starter_json(const struct package *p)
{
    struct json *j = json_object();
    for (size_t i = 0; i < p->nstarters; i++)
        json_add_text(j, p->starters[i].name, p->starters[i].data);
    return print_and_free(j);
}

/* What a student may see; never a hidden test. */
static char *
samples_json(const struct package *p)
{
    struct json *list = json_array();
    for (size_t i = 0; i < p->ntests; i++) {
        const struct package_test *t = &p->tests[i];
        if (!t->sample)
            continue;
        struct json *j = json_object();
        json_add_text(j, "name", t->name);
        json_add_output(j, "input", t->input, t->input_size, 65536);
        json_add_output(j, "output", t->answer, t->answer_size, 65536);
        json_push(list, j);
    }
    return print_and_free(list);
}

static enum err
insert_version(struct db *db, const struct publication *p,
               const unsigned char *hash, struct published *out)
{
    const struct package *k = p->package;
    char *limits = limits_json(k), *starter = starter_json(k);
    char *samples = samples_json(k);
    struct buf languages = {0};
    struct db_args a = {0};
    struct db_result *r = NULL;

    for (size_t i = 0; i < k->nlanguages; i++)
        buf_fmt(&languages, "%s%s", i ? " " : "", k->languages[i]);
    db_arg_int(&a, out->assignment);
    db_arg_text(&a, k->title);
    db_arg_text(&a, k->handout);
    db_arg_text(&a, k->handout_html);
    db_arg_text(&a, k->kind == PACKAGE_IO ? "io" : "unittest");
    db_arg_text(&a, languages.data);
    db_arg_double(&a, p->points);
    db_arg_text(&a, limits);
    db_arg_text(&a, starter);
    db_arg_text(&a, samples);
    db_arg_int(&a, (int64_t)package_tests_total(k));
    db_arg_bytes(&a, p->archive, p->archive_size);
    db_arg_bytes(&a, hash, SECRET_HASH_SIZE);
    enum err e = db_exec(db, &stmt[VERSION], &a, &r);
    if (e == ERR_OK) {
        out->version = db_int(r, 0, 0);
        out->number = (int)db_int(r, 0, 1);
    }
    for (size_t i = 0; e == ERR_OK && i < k->nattachments; i++) {
        struct db_args f = {0};
        db_arg_int(&f, out->version);
        db_arg_text(&f, k->attachments[i].name);
        db_arg_bytes(&f, k->attachments[i].data, k->attachments[i].size);
        e = db_exec(db, &stmt[ATTACH], &f, NULL);
    }
    db_result_free(r);
    buf_free(&languages);
    free(limits);
    free(starter);
    free(samples);
    return e;
}

enum err
publication_make(struct db *db, const struct publication *p,
                 struct published *out)
{
    unsigned char hash[SECRET_HASH_SIZE];
    struct db_args a = {0}, same = {0}, now = {0};
    struct db_result *r = NULL;

    *out = (struct published){0};
    secret_hash(p->archive, p->archive_size, hash);
    db_arg_int(&a, p->course);
    db_arg_text(&a, p->package->slug);
    db_arg_int(&a, p->position);
    db_arg_text(&a, p->opens);
    db_arg_text(&a, p->due);
    enum err e = db_exec(db, &stmt[ASSIGNMENT], &a, &r);
    if (e != ERR_OK)
        goto out;
    out->assignment = db_int(r, 0, 0);
    db_result_free(r);
    db_arg_int(&same, out->assignment);
    db_arg_bytes(&same, hash, sizeof hash);
    db_arg_double(&same, p->points);
    e = db_exec(db, &stmt[SAME], &same, &r);
    if (e != ERR_OK)
        goto out;
    out->unchanged = db_rows(r) == 1;
    if (out->unchanged) {
        out->version = db_int(r, 0, 0);
        out->number = (int)db_int(r, 0, 1);
    } else {
        e = insert_version(db, p, hash, out);
    }
    if (e != ERR_OK)
        goto out;
    db_arg_int(&now, out->assignment);
    db_arg_int(&now, out->version);
    e = db_exec(db, &stmt[ACTIVATE], &now, NULL);
out:
    db_result_free(r);
    return e == ERR_INTERNAL ? ERR_INVALID : e;
}

enum err
publication_withdraw(struct db *db, const char *course, const char *slug)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    db_arg_text(&a, course);
    db_arg_text(&a, slug);
    enum err e = db_exec(db, &stmt[WITHDRAW], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    db_result_free(r);
    return e;
}
