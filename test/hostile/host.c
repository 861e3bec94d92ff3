/* What a run may have left outside its slot: in box, in its zygotes, in the
 * kernel's tables.  Everything is counted while box is idle, at the start and
 * after every program, and must be the same.
 */
#include "test/hostile/hostile.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CHILDREN_MAX = 128,
    TREES_MAX = 8,
    TRIES = 200,
    TRY_MS = 25
};

/* Numbers only: what is left shows as a difference. */
struct host {
    int fds;         /* of box */
    int zygote_fds;  /* of all zygotes (root only) */
    int processes;   /* zygotes and their idle runners */
    int programs;    /* with an id that only programs have (root only) */
    int mounts;      /* file systems of slots that the host sees */
    int slot_mounts; /* of all slots */
    int groups;      /* cgroup folders of this box */
    int grouped;     /* processes in them */
    int objects;     /* System V, of the box's ids, on the host */
    int keys;        /* users of the kernel's key ring */
    int in_slots;    /* System V objects, queues, sockets inside (root only) */
};

static const char *const names[] = {"box's descriptors",
                                    "zygotes' descriptors",
                                    "processes",
                                    "programs",
                                    "mounts",
                                    "mounts in slots",
                                    "cgroups",
                                    "processes in cgroups",
                                    "System V objects",
                                    "users of keys",
                                    "lines inside slots"};

_Static_assert(sizeof names / sizeof names[0] ==
                   sizeof(struct host) / sizeof(int),
               "a name for each");

static struct host base;
static char trees[TREES_MAX][256];
static int ntrees;

/* -- counting -- */

/* Entries of a folder, or lines of a file; of process `pid`, if not 0. */
static int
count_entries(int pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, pid != 0 ? "/proc/%d/%s" : "%.0d%s", pid, name);
    DIR *d = opendir(path);
    int n = 0;
    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n;
}

static int
count_lines(int pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, pid != 0 ? "/proc/%d/%s" : "%.0d%s", pid, name);
    FILE *f = fopen(path, "re");
    int n = 0, c = 0;
    while (f != NULL && (c = getc(f)) != EOF)
        n += c == '\n';
    if (f != NULL)
        fclose(f);
    return n;
}

static int
children(int pid, int *out, int max)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && n < max && fscanf(f, "%d", &out[n]) == 1)
        n++;
    if (f != NULL)
        fclose(f);
    return n;
}

/* Processes with an id of the box that are neither zygotes nor the runners
 * that wait in each slot: uid A is theirs until they have a job, B and C are
 * programs'. */
static int
count_programs(void)
{
    DIR *d = opendir("/proc");
    struct dirent *e = NULL;
    int n = 0;
    while (d != NULL && (e = readdir(d)) != NULL) {
        char path[300], line[256];
        unsigned uid = 0;
        if (!isdigit((unsigned char)e->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%s/status", e->d_name);
        FILE *f = fopen(path, "re");
        while (f != NULL && fgets(line, sizeof line, f) != NULL)
            if (sscanf(line, "Uid: %u", &uid) == 1)
                break;
        if (f != NULL)
            fclose(f);
        n += uid >= suite.first_uid && uid < suite.first_uid + 3 * 256 &&
             (uid - suite.first_uid) % 3 != 0;
    }
    if (d != NULL)
        closedir(d);
    return n;
}

/* -- kernel objects -- */

static bool
is_ours(unsigned long uid)
{
    if (geteuid() != 0)
        return uid == geteuid();
    return uid >= suite.first_uid && uid < suite.first_uid + 3 * 256;
}

/* Lines of a table of /proc/sysvipc in whose column `uid` is one of ours. */
static int
count_objects(const char *path)
{
    char line[512];
    int n = 0, column = -1;
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        char *state = NULL;
        int i = 0;
        for (char *w = strtok_r(line, " \n", &state); w != NULL;
             w = strtok_r(NULL, " \n", &state), i++) {
            if (strcmp(w, "uid") == 0)
                column = i;
            else if (i == column && is_ours(strtoul(w, NULL, 10)))
                n++;
        }
    }
    if (f != NULL)
        fclose(f);
    return n;
}

static int
count_keys(void)
{
    char line[256];
    unsigned long uid = 0;
    int n = 0;
    FILE *f = fopen("/proc/key-users", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        n += sscanf(line, "%lu:", &uid) == 1 && geteuid() == 0 && is_ours(uid);
    if (f != NULL)
        fclose(f);
    return n;
}

static int
enter(int pid, const char *ns, int type)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, ns);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : setns(fd, type);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* In a child: from inside the slot's ipc and net namespaces, its System V
 * objects, POSIX queues, network devices and sockets; lines of tables and
 * entries of a folder.  255 when it cannot look. */
static int
look_into(int zygote)
{
    static const char *const tables[] = {
        "/proc/sysvipc/shm",   "/proc/sysvipc/sem",   "/proc/sysvipc/msg",
        "/proc/self/net/dev",  "/proc/self/net/tcp",  "/proc/self/net/udp",
        "/proc/self/net/tcp6", "/proc/self/net/unix", "/proc/self/net/packet"};
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        int n = 0;
        if (enter(zygote, "ipc", CLONE_NEWIPC) != 0 ||
            enter(zygote, "net", CLONE_NEWNET) != 0 ||
            unshare(CLONE_NEWNS) != 0 ||
            mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount("mqueue", "/tmp", "mqueue", 0, NULL) != 0)
            _exit(255);
        for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
            n += count_lines(0, tables[i]);
        n += count_entries(0, "/tmp");
        _exit(n < 254 ? n : 254);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return 255;
    return WEXITSTATUS(status);
}

/* -- mounts -- */

enum {
    DEVICES_MAX = 1024
};

struct devices {
    unsigned id[DEVICES_MAX][2];
    int n;
};

static void
read_devices(struct devices *d, int pid)
{
    char path[64], line[4096];
    unsigned a = 0, b = 0;
    snprintf(path, sizeof path, "/proc/%d/mountinfo", pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && d->n < DEVICES_MAX &&
           fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "%*d %*d %u:%u ", &a, &b) != 2)
            continue;
        d->id[d->n][0] = a;
        d->id[d->n++][1] = b;
    }
    if (f != NULL)
        fclose(f);
}

static bool
has_device(const struct devices *d, const unsigned id[2])
{
    for (int i = 0; i < d->n; i++)
        if (d->id[i][0] == id[0] && d->id[i][1] == id[1])
            return true;
    return false;
}

static struct devices hosts_own; /* at the start */

/* What is mounted in slots, was not the host's before, and is now.  Not just
 * the number of mounts: others on this host mount things, too. */
static int
count_leaked(const int *zygotes, int n)
{
    static struct devices host, slots;
    int leaked = 0;
    host.n = slots.n = 0;
    read_devices(&host, getpid());
    for (int i = 0; i < n; i++)
        read_devices(&slots, zygotes[i]);
    for (int i = 0; i < host.n; i++)
        leaked += has_device(&slots, host.id[i]) &&
                  !has_device(&hosts_own, host.id[i]);
    return leaked;
}

/* -- cgroups -- */

static int
find_tree(const char *path, const struct stat *st, int type, struct FTW *at)
{
    char name[32];
    (void)st;
    snprintf(name, sizeof name, "assay-box.%d", (int)suite.box_pid);
    if (type == FTW_D && strcmp(path + at->base, name) == 0 &&
        ntrees < TREES_MAX)
        snprintf(trees[ntrees++], sizeof trees[0], "%s", path);
    return 0;
}

static struct host *counted;

static int
count_group(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    if (type == FTW_D)
        counted->groups++;
    else if (strcmp(path + at->base, "cgroup.procs") == 0) {
        FILE *f = fopen(path, "re");
        int c = 0;
        while (f != NULL && (c = getc(f)) != EOF)
            counted->grouped += c == '\n';
        if (f != NULL)
            fclose(f);
    }
    return 0;
}

/* -- all of it -- */

static void
count(struct host *h)
{
    int zygotes[CHILDREN_MAX], below[CHILDREN_MAX];
    int n = children(suite.box_pid, zygotes, CHILDREN_MAX);
    *h = (struct host){.fds = count_entries(suite.box_pid, "fd"),
                       .processes = n,
                       .programs = geteuid() == 0 ? count_programs() : 0,
                       .keys = count_keys(),
                       .objects = count_objects("/proc/sysvipc/shm") +
                                  count_objects("/proc/sysvipc/sem") +
                                  count_objects("/proc/sysvipc/msg")};
    for (int i = 0; i < n; i++) {
        h->processes += children(zygotes[i], below, CHILDREN_MAX);
        h->slot_mounts += count_lines(zygotes[i], "mountinfo");
        h->zygote_fds += count_entries(zygotes[i], "fd");
    }
    h->mounts = count_leaked(zygotes, n);
    counted = h;
    for (int i = 0; i < ntrees; i++)
        nftw(trees[i], count_group, 16, FTW_PHYS);
}

static void
count_inside(struct host *h)
{
    int zygotes[CHILDREN_MAX];
    int n = geteuid() == 0 ? children(suite.box_pid, zygotes, CHILDREN_MAX) : 0;
    for (int i = 0; i < n; i++)
        h->in_slots += look_into(zygotes[i]);
}

void
host_remember(void)
{
    struct host h;
    read_devices(&hosts_own, getpid());
    nftw("/sys/fs/cgroup", find_tree, 16, FTW_PHYS);
    /* until it stands still: zygotes are starting */
    for (int i = 0, same = 0; i < TRIES * suite.slowness && same < 4; i++) {
        count(&h);
        same = memcmp(&h, &base, sizeof h) == 0 ? same + 1 : 0;
        base = h;
        poll(NULL, 0, TRY_MS);
    }
    count_inside(&base);
    printf("# idle: box %d descriptors, zygotes %d, %d processes, %d in %d "
           "cgroups, %d mounts in slots, %d lines inside\n",
           base.fds, base.zygote_fds, base.processes, base.grouped, base.groups,
           base.slot_mounts, base.in_slots);
}

bool
host_clean(char *why, size_t size)
{
    struct host h = {0};
    for (int i = 0; i < TRIES * suite.slowness; i++) {
        count(&h);
        h.in_slots = base.in_slots;
        if (memcmp(&h, &base, sizeof h) == 0)
            break;
        poll(NULL, 0, TRY_MS);
    }
    h.in_slots = 0;
    count_inside(&h);
    if (memcmp(&h, &base, sizeof h) == 0)
        return true;
    const int *now = (const int *)&h, *before = (const int *)&base;
    size_t n = (size_t)snprintf(why, size, "host not clean (now/before):");
    for (size_t i = 0; i < sizeof names / sizeof names[0] && n < size; i++)
        if (now[i] != before[i])
            n += (size_t)snprintf(why + n, size - n, " %s %d/%d", names[i],
                                  now[i], before[i]);
    return false;
}
