// end: exited 0
// artefact: a.out absent
#include <stdio.h>
#include <sys/stat.h>

int
main(void)
{
    puts(mkdir("a.out", 0700) == 0 ? "ok" : "not ok");
    return 0;
}
