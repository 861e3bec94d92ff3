#include "core/access.h"

#include "lib/conf.h"
#include "lib/secret.h"

#include <stdio.h>
#include <string.h>

enum {
    FIND,
    EXTEND
};

static const struct db_stmt statements[] = {
    [FIND] = {"access_find",
              "SELECT u.id, coalesce(u.name, ''), u.is_admin, t.id, t.kind, "
              "t.scope, t.expires_at < now() + make_interval(days => $2), "
              "CASE WHEN u.is_admin THEN 'admin' ELSE coalesce(("
              "SELECT m.role FROM memberships m WHERE m.user_id = u.id "
              "ORDER BY m.role = 'teacher' DESC, m.role = 'assistant' DESC "
              "LIMIT 1), 'learner') END, "
              "u.name IS NULL AND u.external_id IS NULL "
              "FROM tokens t JOIN users u ON u.id = t.user_id "
              "WHERE t.hash = $1 AND t.expires_at > now()",
              2},
    [EXTEND] = {"access_extend",
                "UPDATE tokens SET expires_at = now() + "
                "make_interval(days => $2) WHERE id = $1",
                2},
};

const struct db_stmts access_statements = {
    "core/access.c", statements, sizeof statements / sizeof statements[0]};

const char *
access_cookie_name(struct http_request *r)
{
    return http_is_tls(r) ? "__Host-assay" : "assay";
}

void
access_set_cookie(struct http_request *r, const char *token)
{
    long long age = *token ? (long long)conf()->session_days * 86400 : 0;
    http_set_header(r, "Set-Cookie",
                    "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                    access_cookie_name(r), token, age,
                    http_is_tls(r) ? "; Secure" : "");
}

const struct caller *
access_caller(const struct http_request *r)
{
    return r->caller;
}

const char *
access_user(const struct http_request *r)
{
    return r->caller != NULL ? access_caller(r)->id : NULL;
}

bool
access_is_admin(const struct http_request *r)
{
    return r->caller != NULL && access_caller(r)->is_admin;
}

/* May a token of this scope make this request? */
static bool
scope_allows(const struct http_request *r, const char *scope)
{
    if (r->method == HTTP_GET || strcmp(scope, "teach") == 0)
        return true;
    return strcmp(scope, "submit") == 0 &&
           strcmp(r->app->name, "submissions") == 0;
}

/* A session ends after so many idle days: each request moves its end, but at
 * most once a day is that written.  Failing to is no reason to fail. */
static void
extend_session(struct http_request *r, int64_t token_id)
{
    struct db_args a = {0};
    db_arg_int(&a, token_id);
    db_arg_int(&a, conf()->session_days);
    db_exec(r->db, &statements[EXTEND], &a, NULL);
}

/* Fill *c from the row of this token; *found says whether there is one. */
static enum err
look_up(struct http_request *r, const char *token, struct caller *c,
        char scope[8], bool *found)
{
    struct db_args a = {0};
    struct db_result *row = NULL;
    unsigned char hash[SECRET_HASH_SIZE];

    *found = false;
    secret_hash(token, strlen(token), hash);
    db_arg_bytes(&a, hash, sizeof hash);
    db_arg_int(&a, conf()->session_days - 1);
    enum err e = db_exec(r->db, &statements[FIND], &a, &row);
    if (e != ERR_OK || db_rows(row) == 0)
        goto out;
    *found = true;
    snprintf(c->id, sizeof c->id, "%s", db_text(row, 0, 0));
    snprintf(c->name, sizeof c->name, "%s", db_text(row, 0, 1));
    c->is_admin = db_bool(row, 0, 2);
    c->is_guest = db_bool(row, 0, 8);
    c->token_id = db_int(row, 0, 3);
    c->is_session = strcmp(db_text(row, 0, 4), "session") == 0;
    snprintf(scope, 8, "%s", db_text(row, 0, 5));
    snprintf(c->role, sizeof c->role, "%s", db_text(row, 0, 7));
    if (c->is_session && db_bool(row, 0, 6))
        extend_session(r, c->token_id);
out:
    db_result_free(row);
    return e;
}

enum err
access_admit(struct http_request *r, enum http_need need)
{
    static struct caller caller; /* of the one request that is being served */
    const char *token = http_bearer(r);
    char scope[8] = "";
    bool by_cookie = token == NULL, found = false;

    r->caller = NULL;
    if (need & HTTP_NOBODY)
        return ERR_OK;
    if (token == NULL)
        token = http_cookie(r, access_cookie_name(r));
    memset(&caller, 0, sizeof caller);
    if (token != NULL && *token != '\0') {
        enum err e = look_up(r, token, &caller, scope, &found);
        if (e != ERR_OK)
            return e;
        if (!found && !by_cookie)
            return http_problem(r, ERR_UNAUTHENTICATED, NULL,
                                "this token is not known, or has expired");
    }
    if (!found)
        return need & HTTP_USER ? http_problem(r, ERR_UNAUTHENTICATED, NULL,
                                               "sign in, or send a token")
                                : ERR_OK;
    if (!scope_allows(r, scope))
        return http_problem(r, ERR_FORBIDDEN, NULL,
                            "this token's scope is only '%s'", scope);
    caller.by_cookie = by_cookie;
    r->caller = &caller;
    return ERR_OK;
}
