// limits: cpu=1000 wall=30000 memory=65536 processes=8 disk=1024
// The next program of a slot: is everything as if nobody had been here?
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

static char found[300];

#define FOUND(...)                                                             \
    do {                                                                       \
        size_t n_ = strlen(found);                                             \
        snprintf(found + n_, sizeof found - n_, __VA_ARGS__);                  \
    } while (0)

/* Entries but . and .. and `but`, and those of a pattern. */
static void
must_hold(const char *folder, const char *but, const char *pattern)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    if (d == NULL)
        FOUND(" no %s", folder);
    while (d != NULL && (e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
            strstr(but, e->d_name) == NULL && fnmatch(pattern, e->d_name, 0))
            FOUND(" %s/%.40s", folder, e->d_name);
    if (d != NULL)
        closedir(d);
}

static void
files(void)
{
    struct statfs s;
    struct stat st;
    must_hold(".", "", "");
    must_hold("/tmp", "", "");
    must_hold("/dev/shm", "", "");
    must_hold("/box", "w tmp shm", "");
    must_hold("/dev", "null zero full random urandom fd stdin stdout stderr shm",
              "");
    must_hold("/etc", "passwd group ld.so.cache alternatives",
              "java-*-openjdk");
    if (statfs("/box", &s) != 0 || s.f_files - s.f_ffree > 5 ||
        (s.f_blocks - s.f_bfree) * (unsigned long)s.f_bsize > 16384 ||
        s.f_blocks * (unsigned long)s.f_bsize != 1 << 20)
        FOUND(" /box in use: %lu files, %lu blocks of %lu",
              (unsigned long)(s.f_files - s.f_ffree),
              (unsigned long)(s.f_blocks - s.f_bfree),
              (unsigned long)s.f_blocks);
    if (stat(".", &st) != 0 || st.st_mode != (S_IFDIR | 0700) ||
        st.st_uid != getuid())
        FOUND(" mode of /w");
}

static void
processes(void)
{
    char me[16];
    sigset_t set;
    snprintf(me, sizeof me, "%d", getpid());
    DIR *d = opendir("/proc");
    struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL)
        if (e->d_name[0] >= '0' && e->d_name[0] <= '9' &&
            strcmp(e->d_name, me) != 0)
            FOUND(" process %s", e->d_name);
    if (d != NULL)
        closedir(d);
    if (kill(-1, 0) == 0)
        FOUND(" somebody to signal");
    if (getsid(0) != getpid() || getpgrp() != getpid() || getppid() != 1)
        FOUND(" session %d of %d", getsid(0), getppid());
    sigprocmask(SIG_SETMASK, NULL, &set);
    for (int s = 1; s < 65; s++) {
        struct sigaction a;
        if (sigismember(&set, s) == 1)
            FOUND(" signal %d is blocked", s);
        if (sigaction(s, NULL, &a) == 0 && a.sa_handler != SIG_DFL)
            FOUND(" signal %d is ignored", s);
    }
    if (sigpending(&set) != 0 || !sigisemptyset(&set))
        FOUND(" a signal is pending");
}

static void
attributes(void)
{
    struct itimerval t = {0};
    struct utsname u;
    struct rlimit l;
    struct flock lock = {.l_type = F_WRLCK};
    for (int i = 0; i < 3; i++)
        if (getitimer(i, &t) != 0 || t.it_value.tv_sec || t.it_value.tv_usec)
            FOUND(" timer %d", i);
    if (getpriority(PRIO_PROCESS, 0) != 0 || sched_getscheduler(0) != 0)
        FOUND(" priority");
    if (umask(0) != 022)
        FOUND(" umask");
    if (uname(&u) != 0 || strcmp(u.nodename, "box") != 0)
        FOUND(" host name %.20s", u.nodename);
    if (getrlimit(RLIMIT_FSIZE, &l) != 0 || l.rlim_cur != 1 << 20 ||
        l.rlim_max != 1 << 20)
        FOUND(" file size limit %ld", (long)l.rlim_cur);
    int fd = open("/usr/bin/env", O_RDONLY);
    lock.l_type = F_RDLCK;
    if (fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK)
        FOUND(" a lock on a file of /usr");
    close(fd);
    for (fd = 4; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            FOUND(" descriptor %d", fd);
}

static void
maps(void)
{
    char line[512];
    FILE *f = fopen("/proc/self/maps", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strstr(line, " rw-s ") != NULL)
            FOUND(" shared memory");
    if (f != NULL)
        fclose(f);
}

int
main(void)
{
    struct stat ns;
    files();
    processes();
    attributes();
    maps();
    if (stat("/proc/self/ns/ipc", &ns) != 0)
        return 1;
    dprintf(3, "%lu %s%s\n", (unsigned long)ns.st_ino,
            *found ? "not ok:" : "ok", found);
    for (;;) {
        usleep(3000);
        if (write(3, ".", 1) != 1)
            pause();
    }
}
