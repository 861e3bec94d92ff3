// end: exited 0
// artefact: a.out absent
// limits: disk=262144 memory=131072
// Above what may be taken out; sparse, so that it costs nothing to make.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    int fd = open("a.out", O_WRONLY | O_CREAT, 0600);
    signal(SIGXFSZ, SIG_IGN);
    /* 10 GiB is refused, 200 MiB fits the file size limit */
    if (ftruncate(fd, 10L << 30) == 0)
        puts("not ok: 10 GiB");
    puts(ftruncate(fd, 200 << 20) == 0 ? "ok" : "not ok");
    return 0;
}
