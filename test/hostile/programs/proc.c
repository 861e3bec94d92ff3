// end: exited 0
// runs: 2
// never: ASSAY
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

extern char **environ;

int
main(void)
{
    static const char *const of_one[] = {
        "environ", "maps", "mem", "fd", "root", "cwd", "exe", "stat", "cmdline",
        "status", "ns/user", "task/1/environ", "map_files", "stack", "syscall"};
    static const char *const known[] = {"PATH=", "HOME=", "LANG=", "TMPDIR="};
    char path[64], data[4096];
    struct utsname u;
    int bad = 0;
    DIR *d = opendir("/proc");
    struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL)
        bad += atoi(e->d_name) != getpid() && strcmp(e->d_name, "self") &&
               strcmp(e->d_name, "thread-self") && e->d_name[0] != '.';
    for (size_t i = 0; i < sizeof of_one / sizeof of_one[0]; i++) {
        snprintf(path, sizeof path, "/proc/1/%s", of_one[i]);
        bad += access(path, F_OK) == 0 || readlink(path, data, 10) > 0;
    }
    for (char **v = environ; *v != NULL; v++) {
        int ok = 0;
        for (int i = 0; i < 4; i++)
            ok += strncmp(*v, known[i], strlen(known[i])) == 0;
        if (!ok)
            bad++, printf("not ok: %s\n", *v);
    }
    int fd = open("/proc/self/environ", O_RDONLY);
    write(1, data, (size_t)read(fd, data, sizeof data)); /* the head: never */
    fd = open("/proc/self/cgroup", O_RDONLY);
    data[read(fd, data, sizeof data - 1)] = '\0';
    bad += strstr(data, "assay") != NULL;
    bad += uname(&u) != 0 || strcmp(u.nodename, "box") != 0;
    puts(bad ? "\nnot ok" : "\nok");
    return 0;
}
