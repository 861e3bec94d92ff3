// end: exited 0
// limits: cpu=150 wall=20000
// Three quarters of the CPU time that it may use.
#include <stdio.h>
#include <time.h>

int
main(void)
{
    struct timespec t;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    while (t.tv_nsec < 110000000);
    puts("ok");
    return 0;
}
