// end: cpu
// limits: cpu=300 wall=10000
// exact: cpu
// Ends by itself, but past the limit: judged all the same.
#include <time.h>

int
main(void)
{
    struct timespec t;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    while (t.tv_sec == 0 && t.tv_nsec < 360000000);
    return 0;
}
