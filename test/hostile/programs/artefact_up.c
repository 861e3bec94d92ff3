// end: exited 0
// artefact: a.out absent
// The folder itself becomes a link; what is looked into is still the folder.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(void)
{
    if (rename("/box/w", "/box/w2") == 0)
        symlink("/etc", "/box/w");
    puts(symlink("../../etc/passwd", "a.out") == 0 ? "ok" : "not ok");
    return 0;
}
