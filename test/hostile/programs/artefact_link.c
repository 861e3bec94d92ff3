// end: exited 0
// artefact: a.out absent
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    puts(symlink("/etc/passwd", "a.out") == 0 ? "ok" : "not ok");
    return 0;
}
