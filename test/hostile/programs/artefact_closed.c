// end: exited 0
// artefact: a.out
// Mode 0000 is no hindrance, nor is a daemon that holds it open and writes.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int
main(void)
{
    int fd = open("a.out", O_WRONLY | O_CREAT, 0600);
    dprintf(fd, "x");
    chmod("a.out", 0);
    if (fork() == 0) {
        setsid();
        for (;;)
            pwrite(fd, "y", 1, 0);
    }
    puts("ok");
    return 0;
}
