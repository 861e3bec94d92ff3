/* Runtimes: which graders there are, and which languages they have, in which
 * builds.
 */
#ifndef CORE_RUNTIME_H
#define CORE_RUNTIME_H

#include "lib/db.h"
#include "lib/err.h"
#include "lib/mem.h"

#include <stddef.h>

struct runtime {
    char language[33];
    char build[129]; /* "Python 3.11.2 judge-1" */
};

/* Say that this grader has them: inserts, or refreshes seen_at. */
enum err runtime_seen(struct db *db, const struct runtime *r, size_t count);
/* Say that graderd `name` is here and runs `tokens` gradings at once. */
enum err runtime_grader_seen(struct db *db, const char *name, int tokens);
/* Say that graderd `name` goes: nothing is expected of it any more. */
enum err runtime_grader_gone(struct db *db, const char *name);
/* Forget builds that nobody has had for a day, but never a language's last; and
 * graders that are gone. */
enum err runtime_forget(struct db *db);
/* The array literal that grading_claim() takes. */
void runtime_builds(const struct runtime *r, size_t count, struct buf *out);

extern const struct db_stmts runtime_statements;

#endif
