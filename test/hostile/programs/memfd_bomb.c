// end: memory
// limits: memory=65536 disk=8192 cpu=5000
// only: cgroup
// Memory that no address space shows.
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

static char data[4 << 20];

int
main(void)
{
    for (;;)
        write(memfd_create("x", 0), data, sizeof data);
}
