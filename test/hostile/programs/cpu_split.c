// end: cpu
// limits: cpu=600 wall=20000 processes=16
// only: cgroup
// No process uses much; children that nobody waits for are not in rusage.
#include <signal.h>
#include <time.h>
#include <unistd.h>

int
main(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        if (fork() == 0) {
            struct timespec t;
            do
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
            while (t.tv_nsec < 50000000);
            _exit(0);
        }
        usleep(20000);
    }
}
