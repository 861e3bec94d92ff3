// end: exited 0
// The kernel refuses fsync of a pipe; that it succeeds shows that the kernel is
// not asked, so that a file of /usr cannot have the host's disk busy.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    int p[2];
    pipe(p);
    int usr = open("/usr/bin/env", O_RDONLY);
    int bad = fsync(p[0]) != 0 || fdatasync(p[0]) != 0 ||
              sync_file_range(p[0], 0, 0, 7) != 0 || syncfs(usr) == 0;
    sync();
    puts(bad ? "not ok" : "ok");
    return 0;
}
