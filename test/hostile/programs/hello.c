// end: exited 0
#include <stdio.h>

int
main(void)
{
    puts("ok");
    return 0;
}
