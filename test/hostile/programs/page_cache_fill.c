// end: exited 0
// limits: memory=65536 cpu=20000 wall=60000
// only: cgroup
// runs: 9
// Leaves its slot's leaf full of page cache, for page_cache_use.c: files that
// nobody has mapped are read anew, so that they are charged to us.
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char data[65536];
static long total;

static int
read_anew(const char *name, const struct stat *st, int type)
{
    ssize_t n = 0;
    if (type != FTW_F || st->st_size < (off_t)sizeof data)
        return 0;
    int fd = open(name, O_RDONLY);
    if (fd < 0)
        return 0;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    while ((n = read(fd, data, sizeof data)) > 0)
        total += n;
    close(fd);
    return total > 96 << 20;
}

int
main(void)
{
    ftw("/usr/share", read_anew, 64);
    ftw("/usr/lib", read_anew, 64);
    puts("ok");
}
