// end: memory
// limits: memory=65536 processes=16 cpu=5000
// No process is above the limit, all together are.
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    for (int i = 0; i < 8; i++) {
        if (fork() == 0) {
            char *p = malloc(24 << 20);
            memset(p, i + 1, 24 << 20);
            pause();
        }
    }
    while (wait(NULL) > 0)
        pause();
    pause();
}
