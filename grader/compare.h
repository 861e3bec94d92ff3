/* Is this output the answer?  The semantics of the Kattis default output
 * validator: both sides are split at white space into words; words are equal
 * as text (ignoring the case of ASCII letters unless case_sensitive), or,
 * where a tolerance is given and the expected word is a decimal number, as
 * numbers within the absolute or the relative tolerance (of the expected).
 * With space_change_sensitive the white space must be the same, too.
 *
 * Pure; no copy is made of either side, so a line of a gigabyte and a NUL are
 * words like others.
 */
#ifndef GRADER_COMPARE_H
#define GRADER_COMPARE_H

#include "core/package.h"
#include "lib/mem.h"

#include <stdbool.h>
#include <stddef.h>

/* True when `actual` is right.  Otherwise `message` (may be NULL) gets one
 * sentence on the first difference: where, what was expected, what came; both
 * cleaned and cut. */
bool compare_outputs(const struct package_compare *rules, const char *expected,
                     size_t expected_size, const char *actual,
                     size_t actual_size, struct buf *message);

#endif
