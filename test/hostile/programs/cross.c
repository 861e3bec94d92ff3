// end: exited 0
// beside: 2
// limits: cpu=4000
// The same program in two slots at once: neither sees anything of the other.
// (Read locks on files of /usr and loads of caches: docs/SECURITY.md.)
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int
entries(const char *folder)
{
    DIR *d = opendir(folder);
    int n = -2;
    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n;
}

int
main(void)
{
    struct stat st;
    int bad = 0;
    close(open("/tmp/mine", O_CREAT | O_EXCL | O_WRONLY, 0666));
    shm_open("/mine", O_CREAT | O_EXCL | O_RDWR, 0666);
    close(open("mine", O_CREAT | O_EXCL | O_WRONLY, 0666));
    int usr = open("/usr/bin/env", O_RDONLY);
    for (int i = 0; i < 60; i++) {
        bad += entries("/tmp") != 1 || entries("/dev/shm") != 1 ||
               entries(".") != 1;
        bad += kill(-1, 0) == 0 || errno != ESRCH;
        bad += flock(usr, LOCK_SH) == 0;
        bad += inotify_init() >= 0;
        bad += fcntl(usr, F_SETLEASE, F_RDLCK) == 0;
        bad += fcntl(usr, F_NOTIFY, DN_ACCESS) == 0;
        bad += stat("/proc/1", &st) == 0;
        usleep(10000);
    }
    puts(bad ? "not ok" : "ok");
    return 0;
}
