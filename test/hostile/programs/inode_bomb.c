// end: exited 0
// limits: disk=1024 memory=131072 cpu=5000
// runs: 3
// Files, links and folders without end; names with every byte but / and NUL.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int
main(void)
{
    int n = 0;
    for (int c = 1; c < 256; c++) {
        char name[] = {(char)c, '\n', '-', 0};
        if (c != '/')
            close(open(name, O_CREAT | O_WRONLY, 0));
    }
    mkdir("closed", 0);
    while (n < 100000) {
        char name[16];
        snprintf(name, sizeof name, "f%d", n);
        if (n % 3 == 0   ? mkfifo(name, 0600) != 0
            : n % 3 == 1 ? symlink("x", name) != 0
                         : mkdir(name, 0) != 0)
            break;
        n++;
    }
    puts(n < 1000 ? "ok" : "not ok");
    return 0;
}
