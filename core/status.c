#include "core/status.h"

#include <string.h>

enum {
    READ
};

/* each count is of a partial index that holds what it counts */
static const struct db_stmt statements[] = {
    [READ] = {"status_read",
              "SELECT (SELECT count(*) FROM gradings WHERE state = 'queued'), "
              "(SELECT coalesce(extract(epoch FROM clock_timestamp() - "
              "min(queued_at)), 0) FROM gradings WHERE state = 'queued'), "
              "(SELECT count(*) FROM gradings WHERE state = 'running'), "
              "(SELECT count(*) FROM gradings WHERE state = 'parked'), "
              "(SELECT count(DISTINCT language) FROM runtimes "
              "WHERE seen_at > now() - interval '1 minute')",
              0},
};

const struct db_stmts status_statements = {
    "core/status.c", statements, sizeof statements / sizeof statements[0]};

enum err
status_read(struct db *db, struct status *out)
{
    struct db_result *r = NULL;

    memset(out, 0, sizeof *out);
    enum err e = db_exec(db, &statements[READ], NULL, &r);
    if (e == ERR_OK) {
        out->queued = db_int(r, 0, 0);
        out->oldest_seconds = db_double(r, 0, 1);
        out->running = db_int(r, 0, 2);
        out->parked = db_int(r, 0, 3);
        out->languages = db_int(r, 0, 4);
    }
    db_result_free(r);
    return e;
}
