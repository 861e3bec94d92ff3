// end: exited 0
// artefact: a.out absent
// Neither a device nor a file of the system gets the artefact's name.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int
main(void)
{
    int bad = 0;
    bad += mknod("a.out", S_IFBLK | 0666, makedev(254, 0)) == 0;
    bad += mknod("a.out", S_IFCHR | 0666, makedev(1, 5)) == 0;
    bad += link("/dev/zero", "a.out") == 0;
    bad += link("/etc/passwd", "a.out") == 0;
    bad += link("/usr/bin/env", "a.out") == 0;
    bad += linkat(AT_FDCWD, "/proc/self/exe", AT_FDCWD, "a.out",
                  AT_SYMLINK_FOLLOW) == 0;
    bad += rename("/etc/passwd", "a.out") == 0;
    puts(bad ? "not ok" : "ok");
    return 0;
}
