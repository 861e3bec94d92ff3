#include "grader/box/cgroup.h"

#include "grader/box/box.h"
#include "grader/box/cgroup_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define FOLDER "assay-box." /* and our pid */

static bool
has_word(const char *list, const char *word, char separator)
{
    size_t n = strlen(word);
    for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
        if ((p == list || p[-1] == separator) &&
            (p[n] == separator || p[n] == '\0' || p[n] == '\n'))
            return true;
    return false;
}

/* -- finding -- */

/* Our own path in the hierarchy whose controller list (second field of
 * /proc/self/cgroup) contains `controller`; "" is version 2's. */
static int
own_path(const char *controller, char *path, size_t size)
{
    char line[PATH_MAX + 256];
    int rc = -1;
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f != NULL && rc != 0 && fgets(line, sizeof line, f) != NULL) {
        char *list = strchr(line, ':');
        char *where = list != NULL ? strchr(list + 1, ':') : NULL;
        if (where == NULL)
            continue;
        list++;
        *where++ = '\0';
        where[strcspn(where, "\n")] = '\0';
        if (*controller == '\0' ? *list == '\0'
                                : has_word(list, controller, ','))
            rc = snprintf(path, size, "%s", where) < (int)size ? 0 : -1;
    }
    if (f != NULL)
        fclose(f);
    return rc;
}

/* Where that hierarchy is mounted, and which part of it (`root`). */
static int
mount_of(const char *controller, char *point, char *root, size_t size)
{
    char line[2 * PATH_MAX], a[PATH_MAX], b[PATH_MAX], type[64], opts[512];
    const char *want = *controller == '\0' ? "cgroup2" : "cgroup";
    int rc = -1;
    FILE *f = fopen("/proc/self/mountinfo", "re");
    while (f != NULL && rc != 0 && fgets(line, sizeof line, f) != NULL) {
        const char *rest = strstr(line, " - ");
        if (rest == NULL ||
            sscanf(line, "%*d %*d %*s %4095s %4095s", a, b) != 2 ||
            sscanf(rest, " - %63s %*s %511s", type, opts) != 2 ||
            strcmp(type, want) != 0 ||
            (*controller != '\0' && !has_word(opts, controller, ',')))
            continue;
        snprintf(root, size, "%s", a);
        snprintf(point, size, "%s", b);
        rc = 0;
    }
    if (f != NULL)
        fclose(f);
    return rc;
}

/* The folder of our own cgroup there, never the hierarchy's root by
 * assumption: on a CI machine each controller has us in another place. */
static int
own_dir(const char *controller, char *dir, size_t size)
{
    char path[PATH_MAX], point[PATH_MAX], root[PATH_MAX];
    if (own_path(controller, path, sizeof path) != 0 ||
        mount_of(controller, point, root, sizeof point) != 0)
        return -1;
    const char *rest = path;
    size_t n = strlen(root);
    if (strcmp(root, "/") != 0 && strncmp(path, root, n) == 0)
        rest = path + n;
    if (strcmp(rest, "/") == 0)
        rest = "";
    if (snprintf(dir, size, "%s%s", point, rest) >= (int)size)
        return -1;
    return access(dir, F_OK);
}

/* -- making and removing -- */

/* Remove DIR/N/{s,z}, DIR/N and DIR; cgroupfs removes no tree at once. */
static void
remove_tree(const char *dir)
{
    char path[PATH_MAX];
    DIR *d = opendir(dir);
    struct dirent *e = NULL;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (strspn(e->d_name, "0123456789") != strlen(e->d_name))
            continue;
        static const char *const leaves[] = {"/s", "/t", "/z", ""};
        for (size_t i = 0; i < 4; i++)
            if (snprintf(path, sizeof path, "%s/%s%s", dir, e->d_name,
                         leaves[i]) < (int)sizeof path)
                rmdir(path);
    }
    if (d != NULL)
        closedir(d);
    if (rmdir(dir) != 0 && errno != ENOENT)
        note_errno("cannot remove cgroup", "dir=%s", dir);
}

/* A zombie does not count: a killed box may be one for a while, until whoever
 * is its parent looks, and its successor starts meanwhile. */
static bool
lives(long pid)
{
    char path[64], state = '\0';
    FILE *f = NULL;

    if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
        return false;
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    f = fopen(path, "re");
    if (f == NULL)
        return true; /* to be on the safe side */
    if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
        state = '\0';
    fclose(f);
    return state != 'Z' && state != 'X';
}

/* A box that was killed leaves empty folders. */
static void
sweep(const char *parent)
{
    char path[PATH_MAX];
    DIR *d = opendir(parent);
    struct dirent *e = NULL;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (strncmp(e->d_name, FOLDER, strlen(FOLDER)) != 0)
            continue;
        long pid = atol(e->d_name + strlen(FOLDER));
        if (pid <= 0 || lives(pid))
            continue;
        if (snprintf(path, sizeof path, "%s/%s", parent, e->d_name) <
            (int)sizeof path)
            remove_tree(path);
    }
    if (d != NULL)
        closedir(d);
}

static int
make_folder(const char *parent, char *dir, size_t size)
{
    sweep(parent);
    if (snprintf(dir, size, "%.*s/" FOLDER "%d", DIR_ROOM, parent,
                 (int)getpid()) >= (int)size)
        return -1;
    return mkdir(dir, 0755) == 0 || errno == EEXIST ? 0 : -1;
}

/* Version 1: one tree per hierarchy; controllers that are mounted together
 * share one. */
static void
open_v1(struct cgroup_host *host, const char *controller, unsigned what)
{
    char parent[PATH_MAX];
    if ((host->serves & what) != 0 || host->ntrees == CGROUP_TREES ||
        own_dir(controller, parent, sizeof parent) != 0)
        return;
    struct cgroup_tree *t = &host->tree[host->ntrees];
    *t = (struct cgroup_tree){0};
    if (make_folder(parent, t->dir, sizeof t->dir) != 0)
        return;
    host->serves |= what;
    for (size_t i = 0; i < host->ntrees; i++) {
        if (strcmp(host->tree[i].dir, t->dir) == 0) {
            host->tree[i].serves |= what;
            return;
        }
    }
    t->serves = what;
    host->ntrees++;
}

/* Did systemd give this cgroup away, to us or to who started us?  It says so on
 * the folder: https://systemd.io/CGROUP_DELEGATION ("user.*" since version
 * 251, "trusted.*", which only root can read, before that). */
static bool
is_delegated(const char *dir)
{
    char value[2] = "";
    return (getxattr(dir, "user.delegate", value, sizeof value) == 1 ||
            getxattr(dir, "trusted.delegate", value, sizeof value) == 1) &&
           *value == '1';
}

/* The nearest one above `own`: whoever started us stepped aside there, as an
 * earlier box does, or it is the user's own manager's. */
static int
delegated_above(const char *own, const char *point, char *dir, size_t size)
{
    size_t top = strlen(point);
    if (snprintf(dir, size, "%s", own) >= (int)size)
        return -1;
    do
        *strrchr(dir, '/') = '\0';
    while (strlen(dir) > top && !is_delegated(dir));
    return strlen(dir) > top ? 0 : -1;
}

/* Everybody out of `parent`.  They may fork meanwhile, hence the rounds. */
static int
move_all(const char *parent, int aside)
{
    char path[PATH_MAX], pid[32];
    bool found = true;
    int rc = 0;
    snprintf(path, sizeof path, "%.*s/cgroup.procs", DIR_ROOM, parent);
    for (int i = 0; rc == 0 && found && i < 100; i++) {
        FILE *f = fopen(path, "re");
        found = false;
        while (f != NULL && rc == 0 && fgets(pid, sizeof pid, f) != NULL) {
            found = true;
            if (cgroup_write(aside, "cgroup.procs", pid) != 0 && errno != ESRCH)
                rc = -1;
        }
        if (f == NULL)
            return -1;
        fclose(f);
    }
    return found ? -1 : rc;
}

/* Is nobody in it but we? */
static bool
is_alone(const char *dir)
{
    char path[PATH_MAX], pid[32];
    bool alone = true;
    snprintf(path, sizeof path, "%.*s/cgroup.procs", DIR_ROOM, dir);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return false;
    while (fgets(pid, sizeof pid, f) != NULL)
        alone = alone && atol(pid) == getpid();
    fclose(f);
    return alone;
}

/* All of PARENT into PARENT/box-daemon: a v2 cgroup with controllers for its
 * children may hold no process itself. */
static int
step_aside(const char *parent)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%.*s/box-daemon", DIR_ROOM, parent) < 0 ||
        (mkdir(path, 0755) != 0 && errno != EEXIST))
        return -1;
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), rc = -1;
    if (fd >= 0) {
        rc = move_all(parent, fd);
        close(fd);
    }
    return rc;
}

/* Version 2 under `parent`; `aside`: it is our own cgroup. */
static int
open_v2_at(struct cgroup_host *host, const char *parent, bool aside)
{
    char have[512] = "", want[64] = "";
    struct cgroup_tree *t = &host->tree[host->ntrees];
    *t = (struct cgroup_tree){.v2 = true};
    int fd = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        cgroup_read(fd, "cgroup.controllers", have, sizeof have);
    if (fd >= 0)
        close(fd);
    have[strcspn(have, "\n")] = '\0';
    if (has_word(have, "memory", ' ')) {
        strcat(want, "+memory ");
        t->serves |= CGROUP_MEMORY | CGROUP_CPU; /* cpu.stat is always there */
    }
    if (has_word(have, "pids", ' ')) {
        strcat(want, "+pids");
        t->serves |= CGROUP_PIDS;
    }
    if (t->serves == 0 || (aside && step_aside(parent) != 0))
        return -1;
    /* EBUSY: others live in our cgroup (a login session): not delegated */
    if (cgroup_enable(parent, want) != 0 ||
        make_folder(parent, t->dir, sizeof t->dir) != 0)
        return -1;
    if (cgroup_enable(t->dir, want) != 0) {
        rmdir(t->dir);
        return -1;
    }
    host->serves |= t->serves;
    host->ntrees++;
    return 0;
}

static void
open_v2(struct cgroup_host *host)
{
    char own[PATH_MAX], dir[PATH_MAX], point[PATH_MAX], root[PATH_MAX];
    if (own_dir("", own, sizeof own) != 0 ||
        mount_of("", point, root, sizeof point) != 0)
        return;
    if (strcmp(own, point) != 0) {
        /* who else is in it is of our unit; not marked (a user's manager does
         * not, nor one that is not systemd): ours if it lets us, alone */
        if ((is_delegated(own) || is_alone(own)) &&
            open_v2_at(host, own, true) == 0)
            return;
        if (delegated_above(own, point, dir, sizeof dir) == 0 &&
            open_v2_at(host, dir, false) == 0)
            return;
    }
    /* root without a delegated unit (`make run` in a session): beside all
     * others, where the hierarchy's root allows it */
    if (geteuid() == 0)
        open_v2_at(host, point, false);
}

void
cgroup_open(struct cgroup_host *host)
{
    *host = (struct cgroup_host){0};
    open_v2(host);
    open_v1(host, "memory", CGROUP_MEMORY);
    open_v1(host, "pids", CGROUP_PIDS);
    open_v1(host, "cpuacct", CGROUP_CPU);
}

void
cgroup_close(struct cgroup_host *host)
{
    for (size_t i = 0; i < host->ntrees; i++)
        remove_tree(host->tree[i].dir);
    *host = (struct cgroup_host){0};
}
