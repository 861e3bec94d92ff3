// end: exited 0
// also: .bashrc echo not ok: a preamble ran
// limits: processes=16
// The same for the loader and the shell.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
    static const char *const names[] = {"LD_PRELOAD", "LD_LIBRARY_PATH",
                                        "LD_AUDIT", "BASH_ENV", "ENV",
                                        "GCONV_PATH", "GLIBC_TUNABLES"};
    char said[4096] = "";
    int p[2], bad = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        bad += getenv(names[i]) != NULL;
    FILE *f = fopen("env.sh", "w");
    fputs("while read -r line; do echo \"$line\"; done </proc/self/status\n", f);
    fclose(f);
    pipe(p);
    if (fork() == 0) {
        char *const argv[] = {"bash", "-c", ":", NULL};
        char *const env[] = {"BASH_ENV=/w/env.sh", "HOME=/w", NULL};
        dup2(p[1], 1);
        execve("/usr/bin/bash", argv, env);
        _exit(127);
    }
    close(p[1]);
    for (size_t n = 0; n < sizeof said - 1;) {
        ssize_t r = read(p[0], said + n, sizeof said - 1 - n);
        if (r <= 0)
            break;
        n += (size_t)r;
    }
    wait(NULL);
    bad += strstr(said, "Seccomp:\t2") == NULL ||
           strstr(said, "NoNewPrivs:\t1") == NULL;
    puts(bad ? "not ok" : "ok");
    return 0;
}
