/* Rows to JSON, and the few pieces of SQL that several nouns share.
 *
 * The macros are joined by the compiler, inside `static const` statements:
 * no SQL is ever built while a program runs.
 */
#ifndef CORE_ROW_H
#define CORE_ROW_H

#include "lib/db.h"
#include "lib/json.h"

/* A timestamptz as RFC 3339 in UTC. */
#define ROW_TIME(column)                                                       \
    "to_char(" column " AT TIME ZONE 'UTC', "                                  \
    "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"

/* The assignment that three parameters name (core/assignment.h): a number, or
 * a course and a slug; the others null.  Each branch is one index look-up. */
#define ROW_ASSIGNMENT(id, course, slug)                                       \
    "(SELECT x.* FROM assignments x WHERE x.id = " id " UNION ALL "            \
    "SELECT x.* FROM assignments x JOIN courses y ON y.id = x.course_id "      \
    "WHERE y.slug = " course " AND x.slug = " slug ") a"

/* Learners may see assignment `a` now. */
#define ROW_OPEN                                                               \
    "a.published AND a.current_version IS NOT NULL "                           \
    "AND (a.opens_at IS NULL OR a.opens_at <= now())"

/* This user (null: nobody; `admin` a boolean) may enter course `c`. */
#define ROW_ENTER(user, admin)                                                 \
    "(c.visibility = 'public' OR " admin " OR EXISTS (SELECT 1 FROM "          \
    "memberships m WHERE m.user_id = " user " AND m.course_id = c.id))"

/* Columns as members of `o`; SQL null becomes JSON null. */
void row_add_text(struct json *o, const char *key, const struct db_result *r,
                  int row, int col);
void row_add_int(struct json *o, const char *key, const struct db_result *r,
                 int row, int col);
void row_add_number(struct json *o, const char *key, const struct db_result *r,
                    int row, int col);
void row_add_json(struct json *o, const char *key, const struct db_result *r,
                  int row, int col);

#endif
