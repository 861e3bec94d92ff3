// end: memory
// limits: cpu=2000 wall=20000 memory=24576
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
