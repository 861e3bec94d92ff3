// end: exited 0
// No terminal, and no way to one.
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int
main(void)
{
    int bad = 0;
    char byte = 'x';
    bad += open("/dev/tty", O_RDWR) >= 0 || open("/dev/ptmx", O_RDWR) >= 0 ||
           open("/dev/console", O_RDWR) >= 0 || posix_openpt(O_RDWR) >= 0;
    for (int fd = 0; fd < 3; fd++)
        bad += isatty(fd) || ioctl(fd, TIOCSTI, &byte) == 0 ||
               ioctl(fd, TIOCSCTTY, 1) == 0 || ioctl(fd, TIOCNOTTY) == 0 ||
               tcgetpgrp(fd) >= 0;
    puts(bad ? "not ok" : "ok");
    return 0;
}
