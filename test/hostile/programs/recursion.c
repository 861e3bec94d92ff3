// end: signaled 11
// The stack ends.
#include <stdio.h>

static int
down(volatile int n)
{
    volatile char frame[4096];
    frame[0] = (char)n;
    return down(n + 1) + frame[0];
}

int
main(void)
{
    printf("%d\n", down(0));
    return 0;
}
