// end: exited 0
// beside: 2
// A set-id shell that one run leaves for another: neither finds the other's,
// and its own gives it nothing.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

int
main(void)
{
    static const char *const places[] = {"/tmp/sh", "/dev/shm/sh", "/w/sh"};
    int bad = 0;
    for (int i = 0; i < 3; i++) {
        struct stat st;
        bad += stat(places[i], &st) == 0;
        int from = open("/usr/bin/dash", O_RDONLY);
        int to = open(places[i], O_WRONLY | O_CREAT | O_EXCL, 0700);
        while (sendfile(to, from, NULL, 1 << 20) > 0)
            ;
        fchmod(to, 06777);
        bad += fstat(to, &st) != 0 || st.st_uid != getuid();
        close(to);
    }
    usleep(300000);
    puts(bad ? "not ok" : "ok");
    return 0;
}
