// end: exited 0
// limits: cpu=2000 wall=20000 memory=49152
// Five sixths of the memory that it may use.
#include <stdio.h>
#include <stdlib.h>

int
main(void)
{
    size_t size = 40 << 20;
    volatile char *p = malloc(size);
    for (size_t i = 0; i < size; i += 4096)
        p[i] = (char)i;
    puts(p != NULL ? "ok" : "not ok");
    return 0;
}
