#include "test/hostile/ahead.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

enum {
    TRAP = 1000, /* of node.c */
    PATIENCE = 6000,
    TICK_MS = 5
};

/* The system call that it is in, and its first argument. */
bool
ahead_waits(int pid)
{
    char path[64];
    long call = -1;
    unsigned long fd = 0;
    snprintf(path, sizeof path, "/proc/%d/syscall", pid);
    FILE *f = fopen(path, "re");
    bool waits = f != NULL && fscanf(f, "%ld 0x%lx", &call, &fd) == 2 &&
                 call == SYS_fchown && fd == TRAP;
    if (f != NULL)
        fclose(f);
    return waits;
}

static bool
has_name(int pid, const char *name)
{
    char path[64], comm[64] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", pid);
    FILE *f = fopen(path, "re");
    bool is = f != NULL && fgets(comm, sizeof comm, f) != NULL &&
              strcspn(comm, "\n") == strlen(name) &&
              strncmp(comm, name, strlen(name)) == 0;
    if (f != NULL)
        fclose(f);
    return is;
}

/* Of it and of everything below: those that wait, or that have a name. */
static int
count(int pid, const char *name)
{
    char path[64];
    int child = 0;
    int n = name != NULL ? has_name(pid, name) : ahead_waits(pid);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && fscanf(f, "%d", &child) == 1)
        n += count(child, name);
    if (f != NULL)
        fclose(f);
    return n;
}

int
ahead_count(int box_pid)
{
    return count(box_pid, NULL);
}

bool
ahead_runs(int pid, const char *name)
{
    return count(pid, name) > 0;
}

bool
ahead_await(int box_pid, int n)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (ahead_count(box_pid) >= n)
            return true;
        poll(NULL, 0, TICK_MS);
    }
    return false;
}
