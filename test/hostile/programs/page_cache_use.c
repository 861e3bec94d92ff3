// end: memory
// limits: memory=65536 cpu=6000
// only: cgroup
// runs: 3
// Page cache that an earlier run of the slot has left (page_cache_fill.c, just
// before) does not raise the limit of this one.
#include <stdlib.h>

int
main(void)
{
    enum {
        SIZE = 100 << 20,
        PAGE = 4096
    };
    volatile char *p = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i += PAGE)
        p[i] = 1;
}
