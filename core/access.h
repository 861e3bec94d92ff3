/* Who is calling, and may he?  http_app.admit for every program.
 */
#ifndef CORE_ACCESS_H
#define CORE_ACCESS_H

#include "lib/http.h"

struct caller {
    char id[37];   /* UUID */
    char name[65]; /* "" anonymous */
    char role[16]; /* the highest: admin teacher assistant learner */
    bool is_admin;
    bool is_guest;   /* anonymous: without a name and an identity elsewhere */
    bool by_cookie;  /* a browser's session, not an API token */
    bool is_session; /* the token is of kind session, however it was sent */
    int64_t token_id;
};

/* The session cookie: "__Host-assay" under TLS, else "assay". */
const char *access_cookie_name(struct http_request *r);

/* Give the browser this token, for conf()->session_days; "" takes it away. */
void access_set_cookie(struct http_request *r, const char *token);

/* Look the credentials up, in one query.  `need` HTTP_USER: 401 when nobody.
 * A Bearer token or Basic password that is not known is 401 in any case; a
 * cookie that is not known (expired, logged out) is nobody.  A token's scope
 * is checked here: `read` changes nothing, `submit` only hands in.
 * The caller lives in r->caller until the request ends. */
enum err access_admit(struct http_request *r, enum http_need need);

/* r->caller with its type; its id, or NULL; whether he is admin. */
const struct caller *access_caller(const struct http_request *r);
const char *access_user(const struct http_request *r);
bool access_is_admin(const struct http_request *r);

extern const struct db_stmts access_statements;

#endif
