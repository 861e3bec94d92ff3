// end: output
// limits: output=64
#include <stdio.h>

int
main(void)
{
    for (;;)
        puts("flood");
}
