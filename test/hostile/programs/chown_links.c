// end: exited 0
// runs: 2
// A tree of links to files that are not ours, for whoever would go through it
// with chown -R or chmod -R.  run.sh looks at the targets.
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int
main(void)
{
    static const char *const targets[] = {"/etc/hostname", "/usr/bin/env",
                                          "/etc/passwd", "/", "/usr",
                                          "/dev/null"};
    char name[32];
    int bad = 0;
    for (int i = 0; i < 24; i++) {
        const char *to = targets[i % 6];
        snprintf(name, sizeof name, "s%d", i);
        bad += symlink(to, name) != 0;
        snprintf(name, sizeof name, "h%d", i);
        bad += link(to, name) == 0;
    }
    for (int i = 0; i < 6; i++) {
        bad += chmod(targets[i], 04777) == 0;
        bad += chown(targets[i], getuid(), getgid()) == 0;
    }
    puts(bad ? "not ok" : "ok");
    return 0;
}
