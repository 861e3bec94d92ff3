/* Courses: a folder with course.yaml and a package per assignment.
 *
 *   slug: demo
 *   title: First programs
 *   visibility: public          public | enrolled
 *   timezone: Europe/Helsinki
 *   scores_shown: pseudonyms    off | pseudonyms | names
 *   assignments:                in this order
 *     - package: hello          the folder beside course.yaml
 *       points: 100             instead of the package's
 *       opens: 2026-09-01 08:00 local time of the course
 *       due: 2026-09-08 23:59
 */
#ifndef CORE_COURSE_H
#define CORE_COURSE_H

#include "lib/db.h"
#include "lib/err.h"
#include "lib/mem.h"

#include <stddef.h>
#include <stdint.h>

struct course_entry {
    char package[64];
    double points;           /* < 0: the package's */
    char opens[17], due[17]; /* "YYYY-MM-DD HH:MM", "" none */
};

struct course {
    char slug[64];
    char title[201];
    char visibility[16];
    char timezone[65];
    char scores_shown[16];
    struct course_entry *entries;
    size_t nentries;
};

/* Read course.yaml's text.  ERR_INVALID: `why` has every fault, a line each,
 * and *out is empty.  The caller frees with course_free(). */
enum err course_read(const char *yaml, size_t size, struct course *out,
                     struct buf *why);
void course_free(struct course *c); /* frees what it holds */

/* Make the course, or change it to be so; *id is its number. */
enum err course_save(struct db *db, const struct course *c, int64_t *id);

extern const struct db_stmts course_statements;

#endif
