// end: exited 0
// runs: 3
// Process 1 takes no signal from inside; nobody else is there.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    int bad = 0;
    for (int s = 1; s < 65; s++) {
        kill(1, s);
        kill(getppid(), s);
    }
    bad += kill(-1, SIGKILL) == 0;
    bad += kill(-1, SIGSTOP) == 0;
    for (pid_t p = 2; p < 40000; p++)
        bad += p != getpid() && kill(p, 0) == 0;
    for (pid_t p = 2; p < 400; p++)
        bad += p != getpid() && kill(-p, 0) == 0;
    puts(bad ? "not ok" : "ok");
    return 0;
}
