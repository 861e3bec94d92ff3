// end: exited 0
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int
main(void)
{
    static const char *const names[] = {"/dev/null", "/dev/zero", "/dev/full",
                                        "/dev/random", "/dev/urandom"};
    for (int i = 0; i < 5; i++) {
        struct stat before, after;
        char byte;
        int fd = open(names[i], O_RDWR);
        if (fd < 0 || utimensat(AT_FDCWD, names[i], NULL, 0) == 0 ||
            futimens(fd, NULL) == 0 || fchmod(fd, 0666) == 0 ||
            fchown(fd, getuid(), -1) == 0 || unlink(names[i]) == 0)
            printf("not ok: %s\n", names[i]);
        fstat(fd, &before);
        read(fd, &byte, 1);
        write(fd, "x", 1);
        fstat(fd, &after);
        if (before.st_atim.tv_sec != after.st_atim.tv_sec ||
            before.st_mtim.tv_sec != after.st_mtim.tv_sec)
            printf("not ok: %s keeps a time\n", names[i]);
    }
    puts("ok");
    return 0;
}
