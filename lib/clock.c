#include "lib/clock.h"

#include <poll.h>
#include <stddef.h>
#include <time.h>

int64_t
clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_ms(void)
{
    return clock_us() / 1000;
}

void
clock_sleep(int64_t ms)
{
    /* poll, because nanosleep would have to be told not to go on after EINTR
     * just the same, and this reads as what it is */
    (void)poll(NULL, 0, (int)ms);
}
