/* Logging in and out, and tokens for scripts.
 *
 *   POST   /api/session      {"name","password"}: a new session
 *   DELETE /api/session      ends it
 *   GET    /api/tokens       all of mine, without their secrets
 *   POST   /api/tokens       {"label","scope","days"}: 201, the secret, once
 *   DELETE /api/tokens/{id}
 *
 * A wrong name and a wrong password are one answer that takes equally long.
 */
#include "core/access.h"
#include "core/handler.h"
#include "core/token.h"
#include "core/user.h"
#include "lib/secret.h"
#include "lib/text.h"

static const struct json_field log_in_fields[] = {
    {"name", JSON_TEXT, USER_NAME_MAX, true},
    {"password", JSON_TEXT, USER_PASSWORD_MAX, true},
};

static const struct json_field token_fields[] = {
    {"label", JSON_TEXT, TOKEN_LABEL_MAX, false},
    {"scope", JSON_TEXT, 0, false},
    {"days", JSON_INT, TOKEN_DAYS_MAX, false},
};

static enum err
log_in(struct http_request *r)
{
    const struct json *body = NULL;
    char id[37], token[SECRET_TOKEN_SIZE];
    bool found = false;
    enum err e = http_json(r, log_in_fields, 2, &body);
    if (e != ERR_OK)
        return e;
    const char *name = json_text(json_get(body, "name"));
    e = user_log_in(r->db, name, json_text(json_get(body, "password")), id,
                    &found);
    if (e != ERR_OK)
        return e;
    if (!found)
        return http_problem(r, ERR_UNAUTHENTICATED, NULL,
                            "name or password is wrong");
    /* never the id that the browser came with; if that was hers, it ends */
    const char *old = http_cookie(r, access_cookie_name(r));
    if (old != NULL)
        e = token_end_session(r->db, id, old);
    if (e == ERR_OK)
        e = token_create_session(r->db, id, token);
    if (e != ERR_OK)
        return e;
    access_set_cookie(r, token);
    struct json *j = json_object();
    json_add_text(j, "id", id);
    json_add_text(j, "name", name);
    json_add_text(j, "token", token);
    return http_reply_json(r, 200, j);
}

static enum err
log_out(struct http_request *r)
{
    const struct caller *c = access_caller(r);
    if (c != NULL && c->is_session) {
        enum err e = token_delete(r->db, c->id, c->token_id);
        if (e != ERR_OK && e != ERR_NOT_FOUND)
            return e;
    }
    access_set_cookie(r, "");
    return http_reply_empty(r, 204);
}

static enum err
list_tokens(struct http_request *r)
{
    const struct caller *c = access_caller(r);
    struct json *j = NULL;
    enum err e = token_list(r->db, c->id, c->token_id, &j);
    return e != ERR_OK ? e : http_reply_json(r, 200, j);
}

static enum err
create_token(struct http_request *r)
{
    const struct json *body = NULL;
    struct json *j = NULL;
    int64_t days = 90;
    enum err e = http_json(r, token_fields, 3, &body);
    if (e != ERR_OK)
        return e;
    const char *label = json_text(json_get(body, "label"));
    const char *scope = json_text(json_get(body, "scope"));
    json_int(json_get(body, "days"), &days);
    if (scope != NULL && !token_is_scope(scope))
        return http_problem(r, ERR_INVALID, "scope",
                            "must be read, submit or teach");
    if (days < 1)
        return http_problem(r, ERR_INVALID, "days", "must be at least 1");
    e = token_create(r->db, access_user(r), label ? label : "",
                     scope ? scope : "submit", days, &j);
    if (e == ERR_RATE)
        return http_problem(r, ERR_RATE, NULL,
                            "you have %d tokens; delete some first",
                            TOKENS_PER_USER);
    return e != ERR_OK ? e : http_reply_json(r, 201, j);
}

static enum err
delete_token(struct http_request *r)
{
    int64_t id = 0;
    if (!text_to_int(http_param(r, "id"), 1, INT64_MAX, &id))
        return ERR_NOT_FOUND;
    enum err e = token_delete(r->db, access_user(r), id);
    return e != ERR_OK ? e : http_reply_empty(r, 204);
}

static const struct http_route routes[] = {
    {HTTP_POST, "/api/session", HTTP_NOBODY, log_in},
    {HTTP_DELETE, "/api/session", HTTP_ANYONE, log_out},
    {HTTP_GET, "/api/tokens", HTTP_USER, list_tokens},
    {HTTP_POST, "/api/tokens", HTTP_USER, create_token},
    {HTTP_DELETE, "/api/tokens/{id}", HTTP_USER, delete_token},
};

int
main(int argc, char **argv)
{
    return handler_main("session", routes, sizeof routes / sizeof routes[0],
                        false, argc, argv);
}
