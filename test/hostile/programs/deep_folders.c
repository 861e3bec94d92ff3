// end: exited 0
// limits: disk=65536 memory=131072 cpu=5000
// runs: 2
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int
main(void)
{
    int n = 0;
    while (n < 100000 && mkdir("d", 0700) == 0 && chdir("d") == 0)
        n++;
    puts(n < 100000 ? "ok" : "not ok");
    return 0;
}
