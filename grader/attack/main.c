/* The attacker's modes.  Each first looks for what the run before it left in
 * the slot, and most leave something themselves. */
#include "grader/attack/attack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    CHUNK = 65536,
    FORKS_MAX = 64,
    DISK_MAX_KB = 16384,
    MEMORY_MAX_MB = 512
};

/* -- telling -- */

/* One write a line: what comes next may be our end. */
static void __attribute__((format(printf, 1, 2))) tell(const char *fmt, ...)
{
    char line[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof line)
        n = sizeof line - 1;
    if (n > 0 && write(1, line, (size_t)n) != n)
        _exit(3);
}

void
hole(const char *name, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
    tell("hole %s %s\n", name, text);
}

/* Where are we? */
static void
introduce(void)
{
    char slot[64] = "";
    unsigned inside = 0, outside = 0, count = 0;
    FILE *f = fopen("/proc/self/uid_map", "re");
    if (readlink("/proc/self/ns/pid", slot, sizeof slot - 1) > 0)
        tell("slot %s\n", slot);
    while (f != NULL && fscanf(f, "%u %u %u", &inside, &outside, &count) == 3)
        if (getuid() >= inside && getuid() - inside < count)
            tell("uid %u\n", outside + (getuid() - inside));
    if (f != NULL)
        fclose(f);
}

/* -- leaving things -- */

/* A file in each folder, and a daemon that has a session of its own. */
static void
leave(void)
{
    static const char *const names[] = {"/w/left", "/tmp/left",
                                        "/dev/shm/left"};
    for (int i = 0; i < 3; i++) {
        int fd = open(names[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, "x", 1) != 1)
            tell("fault cannot leave %s\n", names[i]);
        if (fd >= 0)
            close(fd);
    }
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        for (int sig = 1; sig < 32; sig++)
            signal(sig, SIG_IGN);
        for (;;)
            pause();
    }
    if (pid < 0)
        tell("fault cannot leave a process\n");
}

/* -- running into limits -- */

static void __attribute__((noreturn)) spin(void)
{
    for (volatile unsigned long n = 0;; n++)
        continue;
}

/* Touched page by page, for as long as we live. */
static void
take_memory(void)
{
    long mb = 0;
    for (; mb < MEMORY_MAX_MB; mb++) {
        char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            break;
        for (size_t i = 0; i < 1 << 20; i += 4096)
            p[i] = 1;
    }
    tell("count memory %ld\n", mb * 1024);
}

static void
take_processes(void)
{
    long n = 0;
    pid_t pid = 0;
    for (; n < FORKS_MAX && (pid = fork()) > 0; n++)
        continue;
    if (pid == 0)
        for (;;)
            pause();
    tell("count processes %ld\n", n);
}

/* Into all folders that can be written, many files. */
static void
take_disk(void)
{
    static const char *const folders[] = {"/w", "/tmp", "/dev/shm"};
    static char data[CHUNK];
    char name[64];
    long kb = 0;
    ssize_t n = 1;
    for (int i = 0; kb < DISK_MAX_KB && n > 0; i++) {
        snprintf(name, sizeof name, "%s/%d", folders[i % 3], i);
        int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            break;
        n = write(fd, data, sizeof data);
        kb += n > 0 ? n / 1024 : 0;
        close(fd);
    }
    tell("count disk %ld\n", kb);
}

/* Until we are stopped; where we are only refused, box has to see it. */
static void __attribute__((noreturn)) take_output(void)
{
    static char data[CHUNK];
    memset(data, '\n', sizeof data);
    while (write(1, data, sizeof data) > 0)
        continue;
    for (;;)
        pause();
}

int
main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    const char *mode = argv[1];
    struct attack a = {.one_id = strcmp(argv[2], "one") == 0,
                       .paths = argv + 3};
    int n = 1;
    introduce();
    if (strcmp(mode, "facts") == 0)
        n = attack_facts(&a) + attack_calls(&a);
    else
        attack_leftovers(&a);
    if (strcmp(mode, "limits") == 0) {
        take_processes();
        take_disk();
        take_output();
    }
    leave();
    if (strcmp(mode, "cpu") == 0)
        spin();
    if (strcmp(mode, "wall") == 0)
        for (;;)
            pause();
    if (strcmp(mode, "memory") == 0)
        take_memory();
    tell("done %d\n", n);
    return 0;
}
