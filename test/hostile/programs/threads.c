// end: exited 0
// limits: processes=12
// Threads work, and count as processes.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *
wait_for_ever(void *unused)
{
    pause();
    return unused;
}

int
main(void)
{
    int n = 0;
    pthread_t t;
    while (n < 200 && pthread_create(&t, NULL, wait_for_ever, NULL) == 0)
        n++;
    puts(n >= 8 && n <= 12 ? "ok" : "not ok");
    printf("%d threads\n", n);
    fflush(stdout);
    _exit(0);
}
