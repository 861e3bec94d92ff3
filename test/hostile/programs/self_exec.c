// end: exited 0
// The program runs from a sealed memfd: nobody changes it, it cannot itself.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    int fd = open("/proc/self/exe", O_WRONLY);
    int rd = open("/proc/self/exe", O_RDONLY);
    puts(fd < 0 && rd >= 0 && ftruncate(rd, 0) != 0 ? "ok" : "not ok");
    return 0;
}
