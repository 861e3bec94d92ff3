/* The package of a grading, parsed: from memory, else from the disk, else from
 * PostgreSQL.
 *
 * The disk cache is state_dir/packages, a file per hash, shared by every
 * worker of the host.  It is only a cache: each file is verified when it is
 * read, and a folder that cannot be written costs speed, nothing else.
 */
#ifndef GRADER_LOAD_H
#define GRADER_LOAD_H

#include "core/grading.h"
#include "core/package.h"
#include "lib/db.h"
#include "lib/err.h"

struct load_cache; /* the last few packages of this process */

struct load_cache *load_cache_new(void);
void load_cache_free(struct load_cache *c);

/* `*out` belongs to the cache and lives until the next call.
 * ERR_UNAVAILABLE: PostgreSQL is away.  ERR_INTERNAL: the package is gone,
 * damaged or not readable by this version of Assay (logged). */
enum err load_package(struct load_cache *c, struct db *db,
                      const struct grading *g, const struct package **out);

#endif
