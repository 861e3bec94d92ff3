#include "core/reserve.h"

#include "core/access.h"
#include "lib/disk.h"

#include <stdbool.h>
#include <string.h>

enum {
    SEEN
};

static const struct db_stmt statements[] = {
    /* Only hand_in() may read keys.  It looks at the key first, and there is no
     * assignment 0, so nothing is stored: key_reuse, or unknown. */
    [SEEN] = {"reserve_seen",
              "SELECT outcome = 'key_reuse' FROM hand_in($1, 0, '', '', $2, "
              "'')",
              2},
};

const struct db_stmts reserve_statements = {
    "core/reserve.c", statements, sizeof statements / sizeof statements[0]};

static enum err
was_seen(struct http_request *r, const char *key, bool *seen)
{
    struct db_args a = {0};
    struct db_result *row = NULL;

    *seen = false;
    if (key == NULL)
        return ERR_OK;
    db_arg_text(&a, access_user(r));
    db_arg_text(&a, key);
    enum err e = db_exec(r->db, &statements[SEEN], &a, &row);
    if (e == ERR_OK && db_rows(row) > 0)
        *seen = db_bool(row, 0, 0);
    db_result_free(row);
    return e;
}

static bool
has_room(const struct http_request *r)
{
    switch (disk_state()) {
    case DISK_UNWATCHED:
    case DISK_OK:
        return true;
    case DISK_SCARCE:
        return !access_caller(r)->is_guest;
    case DISK_LOW:
        break;
    }
    return false;
}

enum err
reserve_check(struct http_request *r, const char *key)
{
    bool seen = false;

    if (has_room(r))
        return ERR_OK;
    enum err e = was_seen(r, key, &seen);
    if (e != ERR_OK || seen)
        return e;
    return http_problem(r, ERR_UNAVAILABLE, NULL,
                        "The disk is nearly full: nothing was accepted. "
                        "Please tell those who run this site.");
}
