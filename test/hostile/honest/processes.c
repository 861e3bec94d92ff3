// end: exited 0
// limits: processes=16 wall=20000
// As many processes as it may have, one after the other and at once.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    int bad = 0, n = 0;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 14; i++) {
            pid_t pid = fork();
            bad += pid < 0;
            if (pid == 0)
                _exit(0);
        }
        while (wait(NULL) > 0)
            n++;
    }
    puts(!bad && n == 42 ? "ok" : "not ok");
    return 0;
}
