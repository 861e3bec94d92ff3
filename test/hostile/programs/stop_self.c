// end: wall
// limits: wall=700
// under: 1500
#include <signal.h>
#include <unistd.h>

int
main(void)
{
    if (fork() == 0)
        kill(getppid(), SIGSTOP);
    raise(SIGSTOP);
    for (;;)
        pause();
}
