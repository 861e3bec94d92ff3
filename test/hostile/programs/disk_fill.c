// end: exited 0
// limits: disk=4096 memory=131072
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static char data[1 << 16];

int
main(void)
{
    static const char *const names[] = {"fill", "/tmp/fill", "/dev/shm/fill"};
    long total = 0;
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 3; i++) {
        int fd = open(names[i], O_WRONLY | O_CREAT, 0600);
        ssize_t n = 0;
        while ((n = write(fd, data, sizeof data)) > 0)
            total += n;
        if (fallocate(fd, 0, 0, 64 << 20) == 0)
            puts("not ok: fallocate");
    }
    printf("%s: %ld bytes\n", total <= 4096 * 1024 ? "written" : "not ok",
           total);
    puts("ok");
    return 0;
}
