// end: exited 0
// limits: memory=131072 cpu=5000
// Arguments and variables as large as they may be, and larger.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MANY = 20000
};

int
main(void)
{
    static char big[4 << 20], *args[MANY + 2];
    char *const none[] = {NULL};
    int status = 0;
    memset(big, 'x', sizeof big - 1);
    char *const one[] = {"true", big, NULL};
    if (execve("/usr/bin/true", one, none) != -1 || errno != E2BIG)
        puts("not ok: 4 MiB in one");
    big[100 << 10] = '\0'; /* 2 GB in sum */
    for (int i = 0; i < MANY; i++)
        args[i] = big;
    if (execve("/usr/bin/true", args, none) != -1 || errno != E2BIG)
        puts("not ok: 2 GB in many");
    if (execve("/usr/bin/true", one, args) != -1 || errno != E2BIG)
        puts("not ok: 2 GB of variables");
    args[10] = NULL; /* 1 MB is fine, or refused */
    if (fork() == 0) {
        execve("/usr/bin/true", args, args);
        _exit(errno == E2BIG ? 0 : 1);
    }
    wait(&status);
    puts(status == 0 ? "ok" : "not ok");
    return 0;
}
