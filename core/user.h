/* Users: who they are, what they have, what they are called.
 */
#ifndef CORE_USER_H
#define CORE_USER_H

#include "lib/db.h"
#include "lib/err.h"
#include "lib/json.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    USER_NAME_MAX = 64,
    USER_PASSWORD_MIN = 8,
    USER_PASSWORD_MAX = 128
};

/* What is wrong with it, or NULL.  A name: 1 to 64 bytes without control or
 * invisible characters, nor blanks at its ends.  A password: 8 to 128 bytes. */
const char *user_name_fault(const char *name);
const char *user_password_fault(const char *password);

/* A new user, with a first session whose token is written to `token`
 * (SECRET_TOKEN_SIZE bytes).  `name` and `password` are both NULL for an
 * anonymous one.  ERR_CONFLICT: the name is taken. */
enum err user_create(struct db *db, const char *name, const char *password,
                     char id[37], char *token);

/* The user of this name, if the password is hers: `*found`.  It takes as long
 * when there is no such name. */
enum err user_log_in(struct db *db, const char *name, const char *password,
                     char id[37], bool *found);

/* Change what is not NULL.  A new password ends all sessions and tokens but
 * `keep_token`.  ERR_CONFLICT: the name is taken.  ERR_FORBIDDEN: there is a
 * password, and `old_password` is not it (NULL: not given).  ERR_INVALID: a
 * password without any name. */
enum err user_change(struct db *db, const char *id, const char *name,
                     const char *password, const char *old_password,
                     int64_t keep_token);

/* What GET /api/me adds to what the caller is: points and solved over all
 * courses, and the pending submission (0: none). */
struct user_totals {
    char name[USER_NAME_MAX + 1];
    double points;
    int64_t solved;
    int64_t pending;
};
enum err user_totals(struct db *db, const char *id, struct user_totals *out);

/* All of a course's page that depends on the caller, in one query: the object
 * of GET /api/me/progress.  ERR_NOT_FOUND: no such course for this user. */
enum err user_progress(struct db *db, const char *id, bool is_admin,
                       const char *course, struct json **out);

extern const struct db_stmts user_statements;

#endif
