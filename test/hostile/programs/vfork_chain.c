// end: exited 0
// runs: 2
// Each waits in the kernel for its child, which shares its memory; the last
// one never ends.
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>

static volatile int depth;

int
main(void)
{
    if (fork() == 0) {
        setsid();
        while (depth < 12 && vfork() == 0)
            depth++;
        for (;;)
            pause();
    }
    usleep(50000);
    puts("ok");
    return 0;
}
