/* Tokens: sessions of browsers, and API tokens of scripts.  32 random bytes,
 * of which only the hash is stored.
 */
#ifndef CORE_TOKEN_H
#define CORE_TOKEN_H

#include "lib/db.h"
#include "lib/err.h"
#include "lib/json.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    TOKEN_LABEL_MAX = 64,
    TOKEN_DAYS_MAX = 366,
    TOKENS_PER_USER = 100 /* API tokens; more are refused */
};

bool token_is_scope(const char *text); /* read, submit, teach */

/* A new session; `token` gets SECRET_TOKEN_SIZE bytes. */
enum err token_create_session(struct db *db, const char *user, char *token);

/* A new API token: the object of POST /api/tokens.  ERR_RATE: she has
 * TOKENS_PER_USER already. */
enum err token_create(struct db *db, const char *user, const char *label,
                      const char *scope, int64_t days, struct json **out);

/* All of a user, newest first, without the secrets: GET /api/tokens. */
enum err token_list(struct db *db, const char *user, int64_t current,
                    struct json **out);

/* ERR_NOT_FOUND: this user has no such token. */
enum err token_delete(struct db *db, const char *user, int64_t id);

/* End the session that this token text opened, if it is `user`'s. */
enum err token_end_session(struct db *db, const char *user, const char *token);

extern const struct db_stmts token_statements;

#endif
