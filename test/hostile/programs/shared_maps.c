// end: exited 0
// runs: 2
// Nothing that we could write to is shared with anybody: no mapping from
// before, and no descriptor that can be mapped so but the outputs.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

int
main(void)
{
    char line[512];
    int bad = 0;
    FILE *f = fopen("/proc/self/maps", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strstr(line, "s 0") != NULL && strstr(line, " rw") != NULL)
            bad++, printf("not ok: %s", line);
    bad += f == NULL;
    bad += mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, 0, 0) != MAP_FAILED;
    int fd = open("/usr/bin/env", O_RDONLY);
    bad += mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED;
    char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    bad += mprotect(p, 4096, PROT_READ | PROT_WRITE) == 0;
    puts(bad ? "not ok" : "ok");
    return 0;
}
