/* What a submission can see and touch. */
#include "grader/attack/attack.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
    BOX_UID = 1000, /* of a submission, inside */
    DESCRIPTORS = 256,
    PIDS = 400 /* more than a slot has had by then, or as good */
};

/* -- what was left behind -- */

/* Files of ours: the python3 zygote lays them into the working directory. */
static bool
own_file(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           strcmp(name, "attack") == 0 || strcmp(name, "solution.py") == 0;
}

static void
other_files(void)
{
    static const char *const folders[] = {"/w", "/tmp", "/dev/shm", "/box"};
    for (int i = 0; i < 4; i++) {
        DIR *d = opendir(folders[i]);
        const struct dirent *e;
        if (d == NULL)
            hole("leftovers", "%s cannot be read: %s", folders[i],
                 strerror(errno));
        while (d != NULL && (e = readdir(d)) != NULL)
            if (!own_file(e->d_name) &&
                (i < 3 || strstr(" w tmp shm ", e->d_name) == NULL))
                hole("leftovers", "file %s/%s", folders[i], e->d_name);
        if (d != NULL)
            closedir(d);
    }
}

/* By /proc, and by signals: `hidepid` hides no process from those. */
static void
other_processes(const struct attack *a)
{
    DIR *d = opendir("/proc");
    const struct dirent *e;
    if (d == NULL)
        hole("processes", "/proc cannot be read: %s", strerror(errno));
    while (d != NULL && (e = readdir(d)) != NULL)
        if (isdigit((unsigned char)e->d_name[0]) && atoi(e->d_name) != getpid())
            hole("processes", "/proc shows process %s", e->d_name);
    if (d != NULL)
        closedir(d);
    if (getppid() != 1)
        hole("processes", "the parent is %d", (int)getppid());
    /* with one id, the idle runner of the slot is our user's: announced */
    for (int pid = 2; pid < PIDS && !a->one_id; pid++)
        if (pid != getpid() && kill(pid, 0) == 0)
            hole("processes", "process %d takes signals", pid);
}

void
attack_leftovers(const struct attack *a)
{
    other_files();
    other_processes(a);
}

/* -- files -- */

static void
host_files(const struct attack *a)
{
    static const char *const paths[] = {"/etc/shadow",   "/etc/gshadow",
                                        "/etc/hostname", "/etc/hosts",
                                        "/etc/ssh",      "/etc/machine-id",
                                        "/etc/assay",    "/root",
                                        "/home",         "/var",
                                        "/run",          "/sys",
                                        "/srv",          "/opt",
                                        "/boot",         "/mnt",
                                        "/media",        "/proc/kcore",
                                        "/proc/sys",     "/proc/1/environ",
                                        "/proc/1/mem",   "/proc/1/root",
                                        "/dev/mem",      "/dev/kmsg",
                                        "/dev/kvm",      "/dev/ptmx",
                                        "/dev/tty",      "/dev/fuse"};
    char text[4096] = "";
    struct stat st;
    (void)a;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (lstat(paths[i], &st) == 0)
            hole("host-files", "%s is there", paths[i]);
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0) {
        for (const char *p = text; *p != '\0'; p += strcspn(p, "\n") + 1)
            if (strncmp(p, "root:", 5) != 0 && strncmp(p, "student:", 8) != 0) {
                hole("host-files", "/etc/passwd has other users");
                break;
            }
    }
    if (fd >= 0)
        close(fd);
}

/* A masked folder is there, and empty. */
static void
graderd_files(const struct attack *a)
{
    for (char **p = a->paths; *p != NULL; p++) {
        DIR *d = opendir(*p);
        const struct dirent *e;
        if (d == NULL) {
            if (access(*p, R_OK) == 0)
                hole("graderd-files", "%s can be read", *p);
            continue;
        }
        while ((e = readdir(d)) != NULL)
            if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
                hole("graderd-files", "%s can be listed", *p);
                break;
            }
        closedir(d);
    }
}

static void
writable(const struct attack *a)
{
    static const char *const mounts[] = {"/", "/usr", "/proc", "/dev/null"};
    static const char *const files[] = {"/x",     "/usr/x",  "/usr/bin/x",
                                        "/etc/x", "/proc/x", "/dev/x",
                                        "/box/x", "/assay/x"};
    struct statvfs v;
    for (int i = 0; i < 4; i++) {
        if (statvfs(mounts[i], &v) != 0)
            hole("writable", "%s: %s", mounts[i], strerror(errno));
        else if ((v.f_flag & ST_RDONLY) == 0)
            hole("writable", "%s is mounted writable", mounts[i]);
        else if ((v.f_flag & ST_NOSUID) == 0)
            hole("writable", "%s is mounted with set-id programs", mounts[i]);
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        /* with one id, the slot's own folder is ours to spoil, for this run */
        if (a->one_id && strcmp(files[i], "/box/x") == 0)
            continue;
        int fd = open(files[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            continue;
        hole("writable", "%s can be written", files[i]);
        close(fd);
    }
    if (mknod("/tmp/device", S_IFCHR | 0600, 0x103) == 0)
        hole("writable", "a device can be made");
}

/* -- rights -- */

static void
status_line(const char *line)
{
    static const char *const caps[] = {
        "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"};
    for (int i = 0; i < 5; i++)
        if (strncmp(line, caps[i], 7) == 0 && strtoull(line + 7, NULL, 16) != 0)
            hole("rights", "capabilities: %.40s", line);
    if (strncmp(line, "NoNewPrivs:", 11) == 0 && atoi(line + 11) != 1)
        hole("rights", "no_new_privs is off");
    if (strncmp(line, "Seccomp:", 8) == 0 && atoi(line + 8) != 2)
        hole("rights", "no seccomp filter");
}

static void
rights(const struct attack *a)
{
    char line[256];
    int lines = 0;
    FILE *f = fopen("/proc/self/status", "re");
    for (; f != NULL && fgets(line, sizeof line, f) != NULL; lines++)
        status_line(line);
    if (f != NULL)
        fclose(f);
    if (lines == 0)
        hole("rights", "/proc/self/status cannot be read");
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        hole("rights", "no_new_privs is off");
    for (unsigned long cap = 0; cap < 41; cap++)
        if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1) {
            hole("rights", "capability %lu is in the bounding set", cap);
            break;
        }
    (void)a;
}

static void
ids(const struct attack *a)
{
    uid_t want = a->one_id ? 0 : BOX_UID, r = 0, e = 0, s = 0;
    gid_t groups[4];
    if (getresuid(&r, &e, &s) != 0 || r != want || e != want || s != want)
        hole("ids", "user %u %u %u", r, e, s);
    if (getresgid(&r, &e, &s) != 0 || r != want || e != want || s != want)
        hole("ids", "group %u %u %u", r, e, s);
    if (!a->one_id && getgroups(4, groups) != 0)
        hole("ids", "supplementary groups");
    if (!a->one_id && (setuid(0) == 0 || setuid(BOX_UID + 1) == 0))
        hole("ids", "another user's id can be had");
}

static void
resources(const struct attack *a)
{
    static const __rlimit_resource_t raised[] = {RLIMIT_CPU, RLIMIT_FSIZE,
                                                 RLIMIT_NPROC, RLIMIT_NOFILE};
    struct rlimit l;
    (void)a;
    /* 1: neither a file nor the host's crash reporter (core(5)) */
    if (getrlimit(RLIMIT_CORE, &l) != 0 || l.rlim_max != 1)
        hole("resources", "core dumps");
    for (int i = 0; i < 4; i++) {
        if (getrlimit(raised[i], &l) != 0 || l.rlim_max == RLIM_INFINITY)
            hole("resources", "rlimit %d is not set", (int)raised[i]);
        l.rlim_max++;
        if (setrlimit(raised[i], &l) == 0)
            hole("resources", "rlimit %d can be raised", (int)raised[i]);
    }
}

/* -- surroundings -- */

static void
descriptors(const struct attack *a)
{
    struct stat st;
    (void)a;
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        if ((fstat(fd, &st) == 0) != (fd < 3))
            hole("descriptors", "%d is %s", fd, fd < 3 ? "closed" : "open");
    if (fstat(0, &st) == 0 && S_ISSOCK(st.st_mode))
        hole("descriptors", "standard input is a socket");
}

static void
environment(const struct attack *a)
{
    static const char *const fixed[] = {"PATH=/usr/bin:/bin", "HOME=/w",
                                        "LANG=C.UTF-8", "TMPDIR=/tmp"};
    int n = 0;
    (void)a;
    for (char **e = environ; *e != NULL; e++, n++) {
        bool known = false;
        for (int i = 0; i < 4; i++)
            known = known || strcmp(*e, fixed[i]) == 0;
        if (!known)
            hole("environment", "%.40s", *e);
    }
    if (n != 4)
        hole("environment", "%d variables", n);
}

static void
surroundings(const struct attack *a)
{
    struct utsname u;
    char text[1024] = "";
    (void)a;
    if (uname(&u) != 0 || strcmp(u.nodename, "box") != 0)
        hole("surroundings", "the host is called %.40s", u.nodename);
    if (getsid(0) != getpid())
        hole("surroundings", "the session is %d's", (int)getsid(0));
    int fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0 &&
        strstr(text, "assay") != NULL)
        hole("surroundings", "the cgroup's path shows");
    if (fd >= 0)
        close(fd);
    for (int sig = 1; sig < 32; sig++) {
        struct sigaction old;
        /* Python ignores these two */
        if (sig != SIGPIPE && sig != SIGXFSZ &&
            sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
            hole("surroundings", "signal %d is ignored", sig);
    }
}

int
attack_facts(const struct attack *a)
{
    static void (*const all[])(const struct attack *) = {
        attack_leftovers, host_files,  graderd_files, writable,    rights, ids,
        resources,        descriptors, environment,   surroundings};
    const int n = sizeof all / sizeof all[0];
    for (int i = 0; i < n; i++)
        all[i](a);
    return n;
}
