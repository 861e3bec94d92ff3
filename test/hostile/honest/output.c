// end: exited 0
// limits: output=64 wall=20000
// All but one byte of what it may print, on both outputs.
#include <stdio.h>

int
main(void)
{
    puts("ok");
    for (int i = 0; i < 64 * 1024 - 4; i++)
        putchar('x');
    for (int i = 0; i < 64 * 1024 - 1; i++)
        putc('y', stderr);
    return 0;
}
