// end: exited 0
// runs: 2
// A constructor that leaves before main, with a child that stays.
#include <stdio.h>
#include <unistd.h>

__attribute__((constructor)) static void
leave(void)
{
    if (fork() == 0) {
        setsid();
        for (;;)
            pause();
    }
    write(1, "ok\n", 3);
    _exit(0);
}

int
main(void)
{
    puts("not ok: main ran");
    return 1;
}
