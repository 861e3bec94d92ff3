/* Which languages does this host have, in which builds?
 */
#ifndef GRADER_PROBE_H
#define GRADER_PROBE_H

#include "core/language.h"
#include "lib/mem.h"

#include <stddef.h>
#include <stdint.h>

/* Run each language's `version` command, outside the box (it is ours, from a
 * file that only root writes), and note its build: first line of output, then
 * the version of our own judge, because either may change a verdict.  A
 * missing runtime leaves build "" and is logged. */
void probe_languages(struct language *l, size_t count);

/* Run a command of ours, outside the box and with hardly an environment, for at
 * most `ms`; what it prints is added to `out`, about 4 KiB of it.  Its exit
 * status; -1 with errno when it could not be started, -1 with errno 0 when a
 * signal ended it, at the latest ours. */
int probe_run(char *const *argv, int64_t ms, struct buf *out);

#endif
