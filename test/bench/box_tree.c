/* What the processes of box use: its children are the zygotes, theirs the
 * runners (and what those have started). */
#include "test/bench/box.h"

#include "lib/clock.h"
#include "lib/mem.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    IDLE_LOOKS = 3, /* so often all of them were asleep */
    IDLE_MAX_MS = 30000
};

/* A file of /proc; "" when the process has gone. */
static char *
read_proc(pid_t pid, const char *name)
{
    char *path = xasprintf("/proc/%d/%s", (int)pid, name);
    struct buf b = {0};

    if (buf_read_file(&b, path, 1 << 20) != 0)
        buf_free(&b);
    free(path);
    return buf_take(&b, NULL);
}

static void
add_cpu(pid_t pid, struct usage *u)
{
    char *stat = read_proc(pid, "stat");
    const char *rest = strrchr(stat, ')'); /* its name may hold anything */
    double tick = 1000.0 / (double)sysconf(_SC_CLK_TCK);
    unsigned long user, system;
    long reaped_user, reaped_system;

    if (rest != NULL &&
        sscanf(rest,
               ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu "
               "%ld %ld",
               &user, &system, &reaped_user, &reaped_system) == 4) {
        u->processes++;
        u->user_ms += tick * ((double)user + (double)reaped_user);
        u->system_ms += tick * ((double)system + (double)reaped_system);
    }
    free(stat);
}

static void
add_memory(pid_t pid, struct usage *u)
{
    char *rollup = read_proc(pid, "smaps_rollup");
    const char *line = strstr(rollup, "\nPss:");

    if (line == NULL)
        u->pss_kb = -1;
    else if (u->pss_kb >= 0)
        u->pss_kb += strtol(line + strlen("\nPss:"), NULL, 10);
    free(rollup);
}

/* -- who is there -- */

typedef void visit(void *cookie, pid_t child);

static void
for_children(pid_t pid, visit *each, void *cookie)
{
    char *name = xasprintf("task/%d/children", (int)pid);
    char *list = read_proc(pid, name), *p = list, *end;
    long child;

    while ((child = strtol(p, &end, 10)) > 0) {
        each(cookie, (pid_t)child);
        p = end;
    }
    free(list);
    free(name);
}

static void
add_tree(void *usage, pid_t pid)
{
    add_cpu(pid, usage);
    add_memory(pid, usage);
    for_children(pid, add_tree, usage);
}

struct tree {
    struct usage *usage;
    size_t count;
};

static void
add_zygote(void *tree, pid_t pid)
{
    struct tree *t = tree;
    char *link = xasprintf("/proc/%d/exe", (int)pid), exe[4096];
    ssize_t n = readlink(link, exe, sizeof exe - 1);
    const char *kind;
    size_t i = 1;

    free(link);
    if (n <= 0)
        return;
    exe[n] = '\0';
    kind = strrchr(exe, '/') != NULL ? strrchr(exe, '/') + 1 : exe;
    while (i < t->count && strcmp(t->usage[i].kind, kind) != 0)
        i++;
    if (i == USAGE_MAX)
        bench_die("too many kinds of zygotes");
    if (i == t->count) {
        t->usage[i] = (struct usage){0};
        snprintf(t->usage[i].kind, sizeof t->usage[i].kind, "%.15s", kind);
        t->count++;
    }
    t->usage[i].slots++;
    add_tree(&t->usage[i], pid);
}

static void
add_awake(void *count, pid_t pid)
{
    char *stat = read_proc(pid, "stat");
    const char *rest = strrchr(stat, ')');

    if (rest == NULL || strncmp(rest, ") S", 3) != 0)
        ++*(size_t *)count;
    free(stat);
    for_children(pid, add_awake, count);
}

/* Box has its runners rehearse a while after the last run, and some kinds take
 * long to get ready; all of them sleep when they are done. */
void
tree_idle(pid_t box)
{
    double deadline = now_ms() + IDLE_MAX_MS;
    size_t awake;

    clock_sleep(IDLE_MS);
    for (int looks = 0; looks < IDLE_LOOKS; looks++) {
        clock_sleep(IDLE_MS / 10);
        awake = 0;
        add_awake(&awake, box);
        if (awake > 0)
            looks = -1;
        if (now_ms() > deadline)
            bench_die("box does not come to rest");
    }
}

double
tree_leaf_ms(const char *leaf)
{
    const char *root = getenv("BOX_CGROUP");
    char *pattern;
    glob_t files;
    double ms = 0;

    if (root == NULL || *root == '\0')
        return -1;
    pattern = xasprintf("%s/*/%s/cp*.*", root, leaf);
    if (glob(pattern, 0, NULL, &files) != 0)
        bench_die("%s: no such files", pattern);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const char *name = strrchr(files.gl_pathv[i], '/') + 1;
        struct buf b = {0};

        if (buf_read_file(&b, files.gl_pathv[i], 1 << 16) == 0 && b.size > 0) {
            if (strcmp(name, "cpuacct.usage") == 0)
                ms += strtod(b.data, NULL) / 1e6;
            else if (strcmp(name, "cpu.stat") == 0 &&
                     strncmp(b.data, "usage_usec ", 11) == 0)
                ms += strtod(b.data + 11, NULL) / 1e3;
        }
        buf_free(&b);
    }
    globfree(&files);
    free(pattern);
    return ms;
}

size_t
tree_usage(pid_t box, struct usage out[USAGE_MAX])
{
    struct tree t = {out, 1};

    out[0] = (struct usage){.kind = "box"};
    add_cpu(box, &out[0]);
    add_memory(box, &out[0]);
    if (out[0].processes == 0)
        bench_die("box has gone");
    for_children(box, add_zygote, &t);
    return t.count;
}
