/* Which of this host's languages work in its box?
 */
#ifndef GRADER_OFFER_H
#define GRADER_OFFER_H

#include "core/language.h"
#include "core/runtime.h"
#include "grader/run.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Run the language's `try`, if it has one; of Python, is the zygote there, and
 * of the host's version?  ERR_OK: *works is said, and why
 * not is logged.  ERR_UNAVAILABLE: the box is away, nothing is known. */
enum err offer_language(struct run_box *box, const struct language *l,
                        bool *works);

/* The languages among `l` that have a build and work, as `*out` (the caller
 * frees) of `*count`.  ERR_UNAVAILABLE: ask again later; *out is NULL. */
enum err offer_runtimes(struct run_box *box, const struct language *l, size_t n,
                        struct runtime **out, size_t *count);

#endif
