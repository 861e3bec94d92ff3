// end: signaled 7
// limits: disk=4096 memory=131072
// A file that is longer than there is room: touching it is SIGBUS.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int
main(void)
{
    /* no file may be longer than the limit: three are */
    for (int i = 0; i < 3; i++) {
        char name[] = "f0";
        name[1] += i;
        int fd = open(name, O_RDWR | O_CREAT, 0600);
        if (ftruncate(fd, 4 << 20) != 0)
            return 1;
        volatile char *p = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
                                MAP_SHARED, fd, 0);
        for (int k = 0; k < 4 << 20; k += 4096)
            p[k] = 1;
    }
    puts("not ok: 12 MiB of 4");
    return 0;
}
