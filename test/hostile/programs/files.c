// end: exited 0
// never: root:
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int bad;

static void
fail(const char *what, const char *name)
{
    printf("not ok: %s %s\n", name, what);
    bad = 1;
}

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
    static const char *const absent[] = {
        "/etc/shadow", "/etc/gshadow", "/etc/hostname", "/etc/hosts",
        "/etc/resolv.conf", "/etc/ssh", "/etc/cron.d", "/etc/machine-id",
        "/root", "/home", "/var", "/run", "/sys", "/srv", "/opt", "/mnt",
        "/media", "/boot", "/work", "/proc/kallsyms", "/proc/kcore",
        "/proc/cpuinfo", "/proc/meminfo", "/proc/loadavg", "/proc/sys",
        "/proc/cmdline", "/proc/version", "/proc/keys", "/proc/timer_list",
        "/proc/sysrq-trigger", "/proc/sysvipc", "/dev/mem", "/dev/kmsg",
        "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/vda", "/dev/vsock",
        "/dev/kvm", "/dev/mqueue", "/dev/net", "/dev/fuse", "/dev/loop-control",
        "/tmp/../root", "/w/../../../root", "/proc/self/root/root",
        "/proc/self/cwd/../../root"};
    static const char *const kept[] = {"/x", "/usr/x", "/usr/bin/x", "/etc/x",
                                       "/etc/passwd", "/dev/x", "/proc/x",
                                       "/usr/lib/x", "/usr/bin/env"};
    struct stat st;
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        if (lstat(absent[i], &st) == 0)
            fail("exists", absent[i]);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (open(kept[i], O_WRONLY | O_CREAT, 0600) >= 0)
            fail("can be written", kept[i]);
        if (open(kept[i], O_RDONLY | O_TRUNC) >= 0)
            fail("can be truncated", kept[i]);
    }
    if (entries("/usr/share/doc") > 0 || entries("/usr/share/assay") > 0)
        fail("is readable", "a masked folder");
    glob_t java = {0}; /* Java's settings are for everybody */
    glob("/etc/java-*-openjdk", GLOB_ONLYDIR, NULL, &java);
    if (entries("/etc") > 4 + (int)java.gl_pathc)
        fail("holds more than ours", "/etc");
    /* with one id /box itself is the program's to spoil, for itself */
    if (getuid() != 0 && (open("/box/x", O_WRONLY | O_CREAT, 0600) >= 0 ||
                          rename("/box/w", "/box/y") == 0))
        fail("can be changed", "/box");
    if (link("/usr/bin/env", "env") == 0 ||
        open("/usr", O_TMPFILE | O_RDWR, 0600) >= 0)
        fail("link or O_TMPFILE", "/usr");
    if (open("..", O_TMPFILE | O_RDWR, 0600) >= 0 && getuid() != 0)
        fail("O_TMPFILE", "/box");
    if (chdir("/proc/1/root") == 0 || chdir("/proc/1/cwd") == 0)
        fail("can be entered", "/proc/1/root");
    puts(bad ? "not ok" : "ok");
    return 0;
}
