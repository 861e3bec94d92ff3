#include "core/course.h"

#include "lib/yaml.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAVE
};

static const struct db_stmt stmt[] = {
    [SAVE] = {"course_save",
              "INSERT INTO courses "
              "(slug, title, visibility, timezone, scores_shown) "
              "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (slug) DO UPDATE SET "
              "title = excluded.title, visibility = excluded.visibility, "
              "timezone = excluded.timezone, "
              "scores_shown = excluded.scores_shown RETURNING id",
              5},
};

const struct db_stmts course_statements = {__FILE__, stmt,
                                           sizeof stmt / sizeof stmt[0]};

/* Where faults are gathered while a file is read. */
struct reader {
    struct buf *why;
    bool bad;
};

static void
fault(struct reader *r, const struct yaml *at, const char *key,
      const char *expected)
{
    buf_fmt(r->why, "course.yaml:%d: %s: expected %s\n", at ? yaml_line(at) : 1,
            key, expected);
    r->bad = true;
}

/* Copy map[key] into out; absent leaves it as it is. */
static void
read_text(struct reader *r, const struct yaml *map, const char *key, char *out,
          size_t size)
{
    const struct yaml *y = yaml_get(map, key);
    if (y == NULL)
        return;
    const char *text = yaml_text(y);
    if (text == NULL || *text == '\0' || strlen(text) >= size) {
        fault(r, y, key, "a short text");
        return;
    }
    snprintf(out, size, "%s", text);
}

static void
read_choice(struct reader *r, const struct yaml *map, const char *key,
            const char *const *choices, char *out, size_t size)
{
    read_text(r, map, key, out, size);
    for (; *choices != NULL; choices++)
        if (strcmp(*choices, out) == 0)
            return;
    fault(r, yaml_get(map, key), key, "one of the words that are documented");
}

/* "YYYY-MM-DD HH:MM"; PostgreSQL checks the calendar. */
static void
read_time(struct reader *r, const struct yaml *map, const char *key,
          char out[17])
{
    static const char shape[] = "dddd-dd-dd dd:dd";
    read_text(r, map, key, out, 17);
    if (out[0] == '\0')
        return;
    bool ok = strlen(out) == 16;
    for (size_t i = 0; ok && i < 16; i++)
        ok = shape[i] == 'd' ? out[i] >= '0' && out[i] <= '9'
                             : out[i] == shape[i];
    if (!ok)
        fault(r, yaml_get(map, key), key, "YYYY-MM-DD HH:MM, local time");
}

static void
check_keys(struct reader *r, const struct yaml *map, const char *const *known)
{
    for (size_t i = 0; i < yaml_size(map); i++) {
        size_t k = 0;
        while (known[k] != NULL && strcmp(known[k], yaml_key(map, i)) != 0)
            k++;
        if (known[k] == NULL)
            fault(r, yaml_at(map, i), yaml_key(map, i), "no such key");
    }
}

static void
read_entries(struct reader *r, const struct yaml *list, struct course *c)
{
    static const char *const known[] = {"package", "points", "opens", "due",
                                        NULL};
    if (list == NULL || yaml_kind(list) != YAML_LIST) {
        fault(r, list, "assignments", "a list");
        return;
    }
    c->entries = xcalloc(yaml_size(list), sizeof *c->entries);
    for (size_t i = 0; i < yaml_size(list); i++) {
        const struct yaml *y = yaml_at(list, i);
        struct course_entry *e = &c->entries[c->nentries++];
        e->points = -1;
        if (yaml_kind(y) != YAML_MAP) {
            fault(r, y, "assignments", "maps with a package");
            continue;
        }
        check_keys(r, y, known);
        read_text(r, y, "package", e->package, sizeof e->package);
        if (e->package[0] == '\0')
            fault(r, y, "package", "the name of a folder");
        const struct yaml *points = yaml_get(y, "points");
        if (points != NULL && (!yaml_number(points, &e->points) ||
                               e->points < 0 || e->points > 100000))
            fault(r, points, "points", "a number from 0 to 100000");
        read_time(r, y, "opens", e->opens);
        read_time(r, y, "due", e->due);
    }
}

enum err
course_read(const char *yaml, size_t size, struct course *out, struct buf *why)
{
    static const char *const known[] = {
        "slug",         "title",       "visibility", "timezone",
        "scores_shown", "assignments", NULL};
    static const char *const visibilities[] = {"public", "enrolled", NULL};
    static const char *const shown[] = {"off", "pseudonyms", "names", NULL};
    struct reader r = {.why = why};
    char *message = NULL;
    int line = 0;
    struct yaml *y = yaml_parse(yaml, size, &message, &line);

    *out = (struct course){
        .visibility = "public", .timezone = "UTC", .scores_shown = "off"};
    if (y == NULL) {
        buf_fmt(why, "course.yaml:%d: %s\n", line, message);
        free(message);
        return ERR_INVALID;
    }
    check_keys(&r, y, known);
    read_text(&r, y, "slug", out->slug, sizeof out->slug);
    read_text(&r, y, "title", out->title, sizeof out->title);
    if (out->slug[0] == '\0')
        fault(&r, y, "slug", "the course's name in URLs");
    if (out->title[0] == '\0')
        fault(&r, y, "title", "the course's name");
    read_text(&r, y, "timezone", out->timezone, sizeof out->timezone);
    read_choice(&r, y, "visibility", visibilities, out->visibility,
                sizeof out->visibility);
    read_choice(&r, y, "scores_shown", shown, out->scores_shown,
                sizeof out->scores_shown);
    read_entries(&r, yaml_get(y, "assignments"), out);
    yaml_free(y);
    if (!r.bad)
        return ERR_OK;
    course_free(out);
    return ERR_INVALID;
}

void
course_free(struct course *c)
{
    free(c->entries);
    c->entries = NULL;
    c->nentries = 0;
}

enum err
course_save(struct db *db, const struct course *c, int64_t *id)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    db_arg_text(&a, c->slug);
    db_arg_text(&a, c->title);
    db_arg_text(&a, c->visibility);
    db_arg_text(&a, c->timezone);
    db_arg_text(&a, c->scores_shown);
    enum err e = db_exec(db, &stmt[SAVE], &a, &r);
    if (e == ERR_OK)
        *id = db_int(r, 0, 0);
    db_result_free(r);
    return e;
}
