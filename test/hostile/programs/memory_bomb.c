// end: memory
// limits: memory=32768 cpu=5000
#include <stdlib.h>
#include <string.h>

int
main(void)
{
    for (;;) {
        char *p = malloc(1 << 16);
        if (p != NULL)
            memset(p, 1, 1 << 16);
    }
}
