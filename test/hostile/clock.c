/* Preloaded into box and driver: the wall clock jumps by an hour and back with
 * every look at it.  Nobody else's clock is touched, and monotonic clocks are
 * left alone, so that whoever measures a run by the wall clock is found out.
 *
 * Says into the file $HOSTILE_CLOCK which programs it was loaded into.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
    HOUR = 3600
};

static long
step(void)
{
    static int calls;
    return __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) % 2 ? HOUR : -HOUR;
}

static void __attribute__((constructor)) sign(void)
{
    const char *file = getenv("HOSTILE_CLOCK");
    FILE *f = file != NULL ? fopen(file, "ae") : NULL;
    if (f == NULL)
        return;
    fprintf(f, "%s\n", program_invocation_short_name);
    fclose(f);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
    int rc = (int)syscall(SYS_clock_gettime, clock, t);
    if (rc == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ||
                    clock == CLOCK_TAI))
        t->tv_sec += step();
    return rc;
}

int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    int rc = (int)syscall(SYS_gettimeofday, t, zone);
    if (rc == 0)
        t->tv_sec += step();
    return rc;
}

time_t
time(time_t *where)
{
    struct timespec t;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &t);
    t.tv_sec += step();
    if (where != NULL)
        *where = t.tv_sec;
    return t.tv_sec;
}
