#include "core/token.h"

#include "core/row.h"
#include "lib/conf.h"
#include "lib/secret.h"

#include <string.h>

enum {
    SESSION,
    CREATE,
    LIST,
    DELETE,
    END
};

static const struct db_stmt statements[] = {
    /* and sweep what has expired of this user: nobody else does */
    [SESSION] = {"token_session",
                 "WITH gone AS (DELETE FROM tokens WHERE user_id = $2 "
                 "AND expires_at < now()) "
                 "INSERT INTO tokens (hash, user_id, kind, expires_at) "
                 "VALUES ($1, $2, 'session', "
                 "now() + make_interval(days => $3))",
                 3},
    [CREATE] = {"token_create",
                "INSERT INTO tokens (hash, user_id, kind, label, scope, "
                "expires_at) SELECT $1, $2, 'api', $3, $4, "
                "now() + make_interval(days => $5) "
                "WHERE (SELECT count(*) FROM tokens "
                "WHERE user_id = $2 AND kind = 'api') < $6 "
                "RETURNING id, label, scope, " ROW_TIME("created_at") ", "
                /**/ ROW_TIME("expires_at"),
                6},
    [LIST] = {"token_list",
              "SELECT id, kind, label, scope, " ROW_TIME("created_at") ", "
              /**/ ROW_TIME("expires_at") " FROM tokens "
                                          "WHERE user_id = $1 AND expires_at > "
                                          "now() ORDER BY id DESC",
              1},
    [DELETE] = {"token_delete",
                "DELETE FROM tokens WHERE user_id = $1 AND id = $2 "
                "RETURNING id",
                2},
    [END] = {"token_end_session",
             "DELETE FROM tokens WHERE user_id = $1 AND hash = $2 "
             "AND kind = 'session'",
             2},
};

const struct db_stmts token_statements = {
    "core/token.c", statements, sizeof statements / sizeof statements[0]};

bool
token_is_scope(const char *text)
{
    return strcmp(text, "read") == 0 || strcmp(text, "submit") == 0 ||
           strcmp(text, "teach") == 0;
}

enum err
token_create_session(struct db *db, const char *user, char *token)
{
    struct db_args a = {0};
    unsigned char hash[SECRET_HASH_SIZE];

    secret_token(token, hash);
    db_arg_bytes(&a, hash, sizeof hash);
    db_arg_text(&a, user);
    db_arg_int(&a, conf()->session_days);
    return db_exec(db, &statements[SESSION], &a, NULL);
}

enum err
token_create(struct db *db, const char *user, const char *label,
             const char *scope, int64_t days, struct json **out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;
    char token[SECRET_TOKEN_SIZE];
    unsigned char hash[SECRET_HASH_SIZE];

    *out = NULL;
    secret_token(token, hash);
    db_arg_bytes(&a, hash, sizeof hash);
    db_arg_text(&a, user);
    db_arg_text(&a, label);
    db_arg_text(&a, scope);
    db_arg_int(&a, days);
    db_arg_int(&a, TOKENS_PER_USER);
    enum err e = db_exec(db, &statements[CREATE], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_RATE;
    if (e == ERR_OK) {
        *out = json_object();
        row_add_int(*out, "id", r, 0, 0);
        row_add_text(*out, "label", r, 0, 1);
        row_add_text(*out, "scope", r, 0, 2);
        row_add_text(*out, "created_at", r, 0, 3);
        row_add_text(*out, "expires_at", r, 0, 4);
        json_add_text(*out, "token", token);
    }
    db_result_free(r);
    return e;
}

enum err
token_list(struct db *db, const char *user, int64_t current, struct json **out)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    *out = NULL;
    db_arg_text(&a, user);
    enum err e = db_exec(db, &statements[LIST], &a, &r);
    if (e == ERR_OK) {
        struct json *list = json_array();
        for (int i = 0; i < db_rows(r); i++) {
            struct json *t = json_object();
            row_add_int(t, "id", r, i, 0);
            row_add_text(t, "kind", r, i, 1);
            row_add_text(t, "label", r, i, 2);
            row_add_text(t, "scope", r, i, 3);
            row_add_text(t, "created_at", r, i, 4);
            row_add_text(t, "expires_at", r, i, 5);
            json_add_bool(t, "current", db_int(r, i, 0) == current);
            json_push(list, t);
        }
        *out = json_object();
        json_add(*out, "tokens", list);
    }
    db_result_free(r);
    return e;
}

enum err
token_delete(struct db *db, const char *user, int64_t id)
{
    struct db_args a = {0};
    struct db_result *r = NULL;

    db_arg_text(&a, user);
    db_arg_int(&a, id);
    enum err e = db_exec(db, &statements[DELETE], &a, &r);
    if (e == ERR_OK && db_rows(r) == 0)
        e = ERR_NOT_FOUND;
    db_result_free(r);
    return e;
}

enum err
token_end_session(struct db *db, const char *user, const char *token)
{
    struct db_args a = {0};
    unsigned char hash[SECRET_HASH_SIZE];

    secret_hash(token, strlen(token), hash);
    db_arg_text(&a, user);
    db_arg_bytes(&a, hash, sizeof hash);
    return db_exec(db, &statements[END], &a, NULL);
}
