// end: exited 0
// limits: processes=30 cpu=5000
// runs: 4
// Daemons in sessions of their own that ignore every signal and fork again for
// ever outlive the program, but not the run.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    for (int i = 0; i < 5; i++) {
        if (fork() != 0)
            continue;
        setsid();
        for (int s = 1; s < 65; s++)
            signal(s, SIG_IGN);
        for (;;)
            if (fork() > 0)
                _exit(0);
    }
    usleep(50000);
    puts("ok");
    return 0;
}
