/* Time that only goes forward, for timeouts and backoff.  Wall clocks that
 * anybody sees are the database's, never this machine's.
 */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in milliseconds, and in microseconds. */
int64_t clock_ms(void);
int64_t clock_us(void);

/* Sleep for `ms`, or until a signal comes. */
void clock_sleep(int64_t ms);

#endif
