// end: exited 0
// limits: memory=65536 cpu=5000
// Buffers of the kernel: few descriptors, small pipes.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char data[65536];

int
main(void)
{
    long total = 0;
    int p[2], bad = 0;
    while (pipe2(p, O_NONBLOCK) == 0) {
        ssize_t n = 0;
        bad += fcntl(p[1], F_SETPIPE_SZ, 1 << 20) >= 0;
        while ((n = write(p[1], data, sizeof data)) > 0)
            total += n;
    }
    puts(!bad && total < 32 << 20 ? "ok" : "not ok");
    return 0;
}
