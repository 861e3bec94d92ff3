// end: exited 0
// limits: disk=8192
// A set-id copy of a program, and those of the system, give no id; file
// capabilities cannot be set.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static int bad;

/* `file -u` must not print another id than ours, nor succeed as another. */
static void
try(const char *file, char *const argv[])
{
    char said[64] = "";
    int p[2], status;
    unsigned uid = getuid();
    pipe(p);
    if (fork() == 0) {
        dup2(p[1], 1);
        close(2);
        execv(file, argv);
        _exit(127);
    }
    close(p[1]);
    if (read(p[0], said, sizeof said - 1) > 0 && sscanf(said, "%u", &uid) == 1 &&
        uid != getuid()) {
        printf("not ok: %s runs as %u\n", file, uid);
        bad = 1;
    }
    wait(&status);
    close(p[0]);
}

int
main(void)
{
    static const char *const system[] = {"/usr/bin/su", "/usr/bin/sudo",
                                         "/usr/bin/passwd", "/usr/bin/mount",
                                         "/usr/bin/newgrp", "/usr/bin/pkexec"};
    char *const id[] = {"id", "-u", NULL};
    char *const su[] = {"su", "-c", "id -u", NULL};
    int from = open("/usr/bin/id", O_RDONLY);
    int to = open("id", O_WRONLY | O_CREAT, 0700);
    while (sendfile(to, from, NULL, 1 << 20) > 0)
        ;
    static const char cap[20] = {1, 0, 0, 2, (char)0xff, (char)0xff};
    if (fsetxattr(to, "security.capability", cap, sizeof cap, 0) == 0)
        bad = 1, puts("not ok: file capabilities");
    fchmod(to, 06755);
    close(to);
    try("./id", id);
    for (int i = 0; i < 6; i++)
        try(system[i], su);
    puts(bad ? "not ok" : "ok");
    return 0;
}
