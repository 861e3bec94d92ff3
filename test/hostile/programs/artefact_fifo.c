// end: exited 0
// artefact: a.out absent
// under: 3000
#include <stdio.h>
#include <sys/stat.h>

int
main(void)
{
    puts(mkfifo("a.out", 0600) == 0 ? "ok" : "not ok");
    return 0;
}
