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
    bool by_cookie; /* a browser's session, not an API token */
    int64_t token_id;
};

/* The session cookie: "__Host-assay" under TLS, else "assay". */
const char *access_cookie_name(struct http_request *r);

/* Look the credentials up, in one query.  `need` HTTP_USER: 401 when nobody.
 * The caller lives in r->caller until the request ends. */
enum err access_admit(struct http_request *r, enum http_need need);

#endif
