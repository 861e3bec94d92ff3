/* A wall clock that a test sets, for one program (LD_PRELOAD).
 *
 * The file named by CHAOS_CLOCK holds one int64_t: the seconds by which the
 * clock is wrong.  It is mapped, so writing it sets the clock of a program that
 * runs.  The monotonic clock stays true, as the kernel's does.
 *
 * libfaketime would do the same, but it allocates on its way to the clock, and
 * Redis' allocator (jemalloc) asks for the time on its way to memory: they wait
 * for each other for ever.  Here are system calls only.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *wrong;

__attribute__((constructor)) static void
find(void)
{
    const char *path = getenv("CHAOS_CLOCK");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *map = mmap(NULL, sizeof *wrong, PROT_READ, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        wrong = map;
    close(fd);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
    int result = (int)syscall(SYS_clock_gettime, clock, t);
    if (result == 0 && wrong != NULL &&
        (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        t->tv_sec += *wrong;
    return result;
}

int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    t->tv_sec = now.tv_sec;
    t->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t
time(time_t *out)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}
