#include "core/runtime.h"

enum stmt {
    SEEN,
    GRADER_SEEN,
    GRADER_GONE,
    FORGET,
    FORGET_GRADERS
};

static const struct db_stmt stmts[] = {
    [SEEN] = {"runtime_seen",
              "INSERT INTO runtimes (language, build) VALUES ($1, $2)"
              " ON CONFLICT (language, build)"
              " DO UPDATE SET seen_at = clock_timestamp()",
              2},
    [GRADER_SEEN] = {"runtime_grader_seen",
                     "INSERT INTO graders (name, tokens) VALUES ($1, $2)"
                     " ON CONFLICT (name) DO UPDATE"
                     " SET tokens = excluded.tokens,"
                     "     seen_at = clock_timestamp()",
                     2},
    [GRADER_GONE] = {"runtime_grader_gone",
                     "DELETE FROM graders WHERE name = $1", 1},
    /* The last one known stays: it is what hand_in() uses while no grader is
     * up. */
    [FORGET] = {"runtime_forget",
                "DELETE FROM runtimes r"
                " WHERE r.seen_at < now() - interval '1 day'"
                "   AND EXISTS (SELECT 1 FROM runtimes n"
                "                WHERE n.language = r.language"
                "                  AND n.seen_at > r.seen_at)",
                0},
    [FORGET_GRADERS] = {"runtime_forget_graders",
                        "DELETE FROM graders"
                        " WHERE seen_at < now() - interval '1 hour'",
                        0},
};

const struct db_stmts runtime_statements = {"core/runtime.c", stmts,
                                            sizeof stmts / sizeof stmts[0]};

enum err
runtime_seen(struct db *db, const struct runtime *r, size_t count)
{
    enum err e = ERR_OK;
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        struct db_args a = {0};
        db_arg_text(&a, r[i].language);
        db_arg_text(&a, r[i].build);
        e = db_exec(db, &stmts[SEEN], &a, NULL);
    }
    return e;
}

enum err
runtime_grader_seen(struct db *db, const char *name, int tokens)
{
    struct db_args a = {0};
    db_arg_text(&a, name);
    db_arg_int(&a, tokens);
    return db_exec(db, &stmts[GRADER_SEEN], &a, NULL);
}

enum err
runtime_grader_gone(struct db *db, const char *name)
{
    struct db_args a = {0};
    db_arg_text(&a, name);
    return db_exec(db, &stmts[GRADER_GONE], &a, NULL);
}

enum err
runtime_forget(struct db *db)
{
    enum err e = db_exec(db, &stmts[FORGET], NULL, NULL);
    return e == ERR_OK ? db_exec(db, &stmts[FORGET_GRADERS], NULL, NULL) : e;
}

/* Inside the double quotes of an array literal.
 * https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO */
static void
add_quoted(struct buf *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_str(out, "\\");
        buf_add(out, s, 1);
    }
}

void
runtime_builds(const struct runtime *r, size_t count, struct buf *out)
{
    buf_str(out, "{");
    for (size_t i = 0; i < count; i++) {
        buf_str(out, i > 0 ? ",\"" : "\"");
        add_quoted(out, r[i].language);
        buf_str(out, "\n");
        add_quoted(out, r[i].build);
        buf_str(out, "\"");
    }
    buf_str(out, "}");
}
