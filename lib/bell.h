/* The bell of `?wait=`: a short-lived stream per grading, written before the
 * PUBLISH, kept 60 s, so that a waiter who comes late still hears it.
 */
#ifndef LIB_BELL_H
#define LIB_BELL_H

#include "lib/err.h"
#include "lib/redis.h"

#include <stdint.h>

enum err bell_ring(struct redis *r, int64_t grading);
/* Block up to `wait_ms`, on top of the connection's timeout.  1 rang, 0 not,
 * -1 no Redis. */
int bell_wait(struct redis *r, int64_t grading, int64_t wait_ms);

#endif
