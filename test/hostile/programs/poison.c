// end: exited 0
// runs: 4
// stdin: only line
// Standard input is a fresh open file each time, though the memfd is the same.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(void)
{
    char line[100] = "";
    int bad = read(0, line, sizeof line - 1) != 9 || strcmp(line, "only line");
    int fd = open("/proc/self/fd/0", O_RDWR);
    bad += fd >= 0 && write(fd, "x", 1) > 0;
    bad += ftruncate(0, 0) == 0 || write(0, "x", 1) > 0;
    for (fd = 1; fd < 3; fd++)
        bad += fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0;
    lseek(0, 5, SEEK_SET);
    fcntl(1, F_SETFL, O_APPEND | O_NONBLOCK);
    puts(bad ? "not ok" : "ok");
    return 0;
}
