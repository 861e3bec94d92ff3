#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static int count(const char *dir)
{
    DIR *d = opendir(dir);
    int n = 0;
    while (d != NULL && readdir(d) != NULL)
        n++;
    return d == NULL ? -1 : n - 2;
}

int main(void)
{
    static const char *const want[] = {"PATH=/usr/bin:/bin", "HOME=/w",
                                       "LANG=C.UTF-8", "TMPDIR=/tmp"};
    int n = 0;
    for (; environ[n] != NULL; n++)
        if (n >= 4 || strcmp(environ[n], want[n]) != 0)
            return 1;
    /* the program itself is executed from memory */
    if (n != 4 || count(".") != 0 || count("/tmp") != 0 || count("/dev/shm"))
        return 2;
    if (fopen("a.out", "w") == NULL || fopen("/tmp/x", "w") == NULL ||
        fopen("solution.c", "w") == NULL || fopen("/dev/shm/x", "w") == NULL)
        return 3;
    setenv("LD_PRELOAD", "/tmp/x", 1);
    puts("ok");
}
