/* Which languages does this host have, in which builds?
 */
#ifndef GRADER_PROBE_H
#define GRADER_PROBE_H

#include "core/language.h"

/* Run each language's `version` command, outside the box (it is ours, from a
 * file that only root writes), and note its build: first line of output, then
 * the version of our own judge, because either may change a verdict.  A
 * missing runtime leaves build "" and is logged. */
void probe_languages(struct language *l, size_t count);

#endif
