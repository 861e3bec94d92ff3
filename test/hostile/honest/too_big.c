// end: memory
// limits: cpu=8000 wall=40000 memory=24576
// only: cgroup
#include <stdlib.h>

int
main(void)
{
    size_t size = 40 << 20;
    volatile char *p = malloc(size);
    for (size_t i = 0; i < size; i += 4096)
        p[i] = 1;
    return 0;
}
