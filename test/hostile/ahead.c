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

/* Of it and of everything below. */
int
ahead_count(int box_pid)
{
    char path[64];
    int child = 0, n = ahead_waits(box_pid);
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", box_pid, box_pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && fscanf(f, "%d", &child) == 1)
        n += ahead_count(child);
    if (f != NULL)
        fclose(f);
    return n;
}

bool
ahead_await(int box_pid)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (ahead_count(box_pid) > 0)
            return true;
        poll(NULL, 0, TICK_MS);
    }
    return false;
}
