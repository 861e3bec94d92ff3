/* Assignments as learners see them.  Nothing that comes out of here depends
 * on who asks, but whether it comes out.
 */
#ifndef CORE_ASSIGNMENT_H
#define CORE_ASSIGNMENT_H

#include "lib/db.h"
#include "lib/err.h"
#include "lib/json.h"
#include "lib/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a URL names one: by number, by COURSE/SLUG, or by SLUG. */
struct assignment_name {
    int64_t id;      /* 0: by the other two */
    char course[64]; /* slugs */
    char slug[64];
};

/* Is it one: lower-case letters, digits and dashes, at most 63? */
bool assignment_is_slug(const char *text);

/* `course` is that of a bare SLUG; NULL is conf()->default_course.  False:
 * nothing can have that name (404). */
bool assignment_name_parse(const char *text, const char *course,
                           struct assignment_name *out);
/* As the three parameters of ROW_ASSIGNMENT (core/row.h). */
void assignment_name_args(struct db_args *a, const struct assignment_name *n);

/* What is asked for, where it stands, and who may see it. */
struct assignment_ref {
    int64_t id;      /* of the assignment, or of the course for a list */
    int64_t version; /* 0 for a list */
    bool is_public;  /* everybody may see it */
    bool may_see;    /* this user may */
    char digest[33]; /* hexadecimal; changes whenever the answer would */
    int64_t ttl;     /* seconds that the rendered answer may be kept */
};

/* `user` is an id, or NULL for nobody.  ERR_NOT_FOUND: no such course or
 * assignment, or it is not open; otherwise look at may_see. */
enum err assignment_find(struct db *db, const struct assignment_name *name,
                         const char *user, bool is_admin,
                         struct assignment_ref *out);
/* The first that this user has not solved; may_see is false, and id 0, when
 * all are solved. */
enum err assignment_find_next(struct db *db, const char *course,
                              const char *user, bool is_admin,
                              struct assignment_ref *out);
/* The list of a course. */
enum err assignment_find_list(struct db *db, const char *course,
                              const char *user, bool is_admin,
                              struct assignment_ref *out);

/* Render what assignment_find() found: JSON, or text for people; the bytes
 * are added to `out`. */
enum err assignment_render(struct db *db, const struct assignment_ref *ref,
                           bool text, struct buf *out);
enum err assignment_render_list(struct db *db, const struct assignment_ref *ref,
                                bool text, struct buf *out);

/* A picture or data file of the handout.  `*data` is the caller's to free.
 * ERR_NOT_FOUND. */
enum err assignment_file(struct db *db, const struct assignment_ref *ref,
                         const char *name, char **data, size_t *size);

extern const struct db_stmts assignment_statements;

#endif
