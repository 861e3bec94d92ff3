#include "core/housekeeping.h"

enum stmt {
    LOCK,
    FORGET_KEYS
};

/* Any number that is ours alone in this database: "asyj". */
#define LOCK_KEY "1635809642"

static const struct db_stmt stmts[] = {
    /* Asked each round, because a lost connection is made anew in silence; and
     * not taken twice, because session locks count. */
    [LOCK] = {"housekeeping_lock",
              "SELECT CASE WHEN EXISTS ("
              "         SELECT 1 FROM pg_locks"
              "          WHERE locktype = 'advisory' AND granted"
              "            AND pid = pg_backend_pid()"
              "            AND classid = 0 AND objid = " LOCK_KEY ")"
              "       THEN true ELSE pg_try_advisory_lock(" LOCK_KEY ") END",
              0},
    [FORGET_KEYS] = {"housekeeping_forget_keys",
                     "DELETE FROM idempotency_keys"
                     " WHERE created_at < now() - interval '24 hours'",
                     0},
};

const struct db_stmts housekeeping_statements = {
    "core/housekeeping.c", stmts, sizeof stmts / sizeof stmts[0]};

enum err
housekeeping_lock(struct db *db, bool *mine)
{
    struct db_result *r = NULL;
    enum err e = db_exec(db, &stmts[LOCK], NULL, &r);
    *mine = e == ERR_OK && db_rows(r) == 1 && db_bool(r, 0, 0);
    db_result_free(r);
    return e;
}

enum err
housekeeping_forget_keys(struct db *db)
{
    return db_exec(db, &stmts[FORGET_KEYS], NULL, NULL);
}
