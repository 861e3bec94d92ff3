/* Uses up its stack. */
#include <stdio.h>

static int
deeper(int level)
{
    volatile char room[4096];

    room[0] = (char)level;
    return deeper(level + 1) + room[0];
}

int main(void)
{
    printf("%d\n", deeper(0));
    return 0;
}
