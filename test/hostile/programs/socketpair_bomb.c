// end: exited 0
// limits: memory=196608 cpu=5000
// Socket buffers: as large as they are, there are few of them, and nobody can
// make them larger.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static char data[65536];

int
main(void)
{
    long total = 0;
    int p[2], bad = 0, size = 64 << 20;
    while (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, p) == 0) {
        ssize_t n = 0;
        bad += setsockopt(p[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0;
        while ((n = write(p[0], data, sizeof data)) > 0)
            total += n;
        while ((n = write(p[1], data, sizeof data)) > 0)
            total += n;
    }
    printf("%ld bytes\n", total);
    puts(!bad && total < 80 << 20 ? "ok" : "not ok");
    return 0;
}
