/* The first process of a slot: from box's image to the zygote's.
 *
 * It runs in new user, pid, mount, net, ipc and uts namespaces, as their root,
 * who is nobody outside.  It makes the file system that programs see:
 *
 *   /usr            of the host, read-only; /bin /lib /lib64 lead into it
 *   /assay          what graderd prepared for compilers (box -R), read-only
 *   /etc            passwd, group, ld.so.cache, alternatives, java-*-openjdk:
 *                   nothing else
 *   /dev            null zero full random urandom, fd stdin stdout stderr
 *   /proc           own processes only, without anything of the kernel's
 *   /box            a small tmpfs per run: w (working directory), tmp, shm;
 *                   /w, /tmp and /dev/shm lead there
 *
 * and leaves everything else behind by pivot_root.  A failure is printed and
 * ends the slot; box tries again, slower and slower.
 */
#include "grader/box/box.h"
#include "grader/box/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STAGE "/tmp" /* a folder that every host has; covered, then left */

/* The zygote's environment is empty.  A sanitizer (B=asan) would handle signals
 * there, and process 1 takes from its own namespace just those that it handles:
 * with one id for all, any program could end its slot by SIGSEGV.  And what it
 * keeps of freed memory would be counted as the program's, which is a copy. */
#ifdef __SANITIZE_ADDRESS__
#define SANITIZER_OPTIONS                                                      \
    (char *)(uintptr_t) "ASAN_OPTIONS=handle_segv=0:handle_sigbus=0:"          \
                        "handle_sigfpe=0:handle_sigill=0:handle_abort=0:"      \
                        "quarantine_size_mb=1",
#else
#define SANITIZER_OPTIONS
#endif

static void __attribute__((noreturn)) die(const char *what, const char *name)
{
    note_errno("cannot set up slot", "step=%s name=%s", what, name);
    _exit(1);
}

static void
do_mount(const char *from, const char *to, const char *type,
         unsigned long flags, const char *options)
{
    if (mount(from, to, type, flags, options) != 0)
        die("mount", to);
}

static void
do_mkdir(const char *path, mode_t mode)
{
    if (mkdir(path, mode) != 0)
        die("mkdir", path);
}

static void
do_symlink(const char *to, const char *path)
{
    if (symlink(to, path) != 0)
        die("symlink", path);
}

static void
write_file(const char *path, const char *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        die("write", path);
    close(fd);
}

/* Read-only, no set-id, no devices: the whole tree, submounts too. */
static void
bind_read_only(const char *from, const char *to)
{
    struct mount_attr a = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
                                       MOUNT_ATTR_NODEV};
    do_mount(from, to, NULL, MS_BIND | MS_REC, NULL);
    if (mount_setattr(AT_FDCWD, to, AT_RECURSIVE, &a, sizeof a) != 0)
        die("mount_setattr", to);
}

static void
make_dev(void)
{
    static const char *const devices[] = {"null", "zero", "full", "random",
                                          "urandom"};
    do_mkdir("dev", 0755);
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        char from[32], to[32];
        snprintf(from, sizeof from, "/dev/%s", devices[i]);
        snprintf(to, sizeof to, "dev/%s", devices[i]);
        write_file(to, "", 0);
        do_mount(from, to, NULL, MS_BIND, NULL);
        /* devices can be written all the same, but their times cannot: those
         * are the host's and all slots' */
        struct mount_attr a = {.attr_set = MOUNT_ATTR_RDONLY |
                                           MOUNT_ATTR_NOSUID |
                                           MOUNT_ATTR_NOEXEC};
        if (mount_setattr(AT_FDCWD, to, 0, &a, sizeof a) != 0)
            die("mount_setattr", to);
    }
    do_symlink("/proc/self/fd", "dev/fd");
    do_symlink("/proc/self/fd/0", "dev/stdin");
    do_symlink("/proc/self/fd/1", "dev/stdout");
    do_symlink("/proc/self/fd/2", "dev/stderr");
    do_symlink("/box/shm", "dev/shm");
}

/* Folders of /etc by their pattern. */
static void
show_etc(const char *pattern)
{
    glob_t found = {0};
    if (glob(pattern, GLOB_ONLYDIR, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            do_mkdir(found.gl_pathv[i] + 1, 0755);
            bind_read_only(found.gl_pathv[i], found.gl_pathv[i] + 1);
        }
    globfree(&found);
}

/* Of the host's /etc only what no program can do without, and none of it
 * secret: the loader's cache, the links of update-alternatives, and
 * the settings of Java, where Debian keeps them. */
static void
make_etc(void)
{
    static const char passwd[] = "root:x:0:0::/:/usr/sbin/nologin\n"
                                 "student:x:1000:1000::/w:/usr/sbin/nologin\n";
    static const char group[] = "root:x:0:\nstudent:x:1000:\n";
    enum {
        CACHE_MAX = 1 << 20
    };
    do_mkdir("etc", 0755);
    write_file("etc/passwd", passwd, sizeof passwd - 1);
    write_file("etc/group", group, sizeof group - 1);
    int fd = open("/etc/ld.so.cache", O_RDONLY | O_CLOEXEC);
    char *cache = malloc(CACHE_MAX);
    if (fd >= 0 && cache != NULL) {
        ssize_t n = read(fd, cache, CACHE_MAX);
        if (n > 0 && n < CACHE_MAX)
            write_file("etc/ld.so.cache", cache, (size_t)n);
    }
    free(cache);
    if (fd >= 0)
        close(fd);
    show_etc("/etc/alternatives");
    show_etc("/etc/java-*-openjdk");
}

/* /lib and friends as the host has them: links into /usr, or folders. */
static void
make_usr(void)
{
    static const char *const tops[] = {"bin",   "sbin",  "lib",
                                       "lib32", "lib64", "libx32"};
    do_mkdir("usr", 0755);
    bind_read_only("/usr", "usr");
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        char path[32], to[PATH_MAX];
        struct stat st;
        snprintf(path, sizeof path, "/%s", tops[i]);
        ssize_t n = readlink(path, to, sizeof to - 1);
        if (n > 0) {
            to[n] = '\0';
            do_symlink(to, tops[i]);
        } else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            do_mkdir(tops[i], 0755);
            bind_read_only(path, tops[i]);
        }
    }
}

/* Folders under /usr that hold our own data (courses with their hidden tests):
 * an empty one is laid over each. */
static void
mask(const char *path)
{
    char inside[PATH_MAX];
    struct stat st;
    if (snprintf(inside, sizeof inside, ".%s", path) >= (int)sizeof inside)
        die("mask", path);
    if (stat(inside, &st) != 0)
        return; /* not visible anyway */
    do_mount("tmpfs", inside, "tmpfs",
             MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=0755");
}

/* Opened before STAGE covers it, should it be below. */
static void
show(int folder)
{
    char path[32];
    if (box.shown == NULL)
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", folder);
    do_mkdir("assay", 0755);
    bind_read_only(path, "assay");
    close(folder);
}

static void
make_root(void)
{
    int shown = -1;
    if (box.shown != NULL &&
        (shown = open(box.shown, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        die("open", box.shown);
    do_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    do_mount("tmpfs", STAGE, "tmpfs", MS_NOSUID | MS_NODEV,
             "size=2m,nr_inodes=256,mode=0755");
    if (chdir(STAGE) != 0)
        die("chdir", STAGE);
    make_usr();
    make_dev();
    make_etc();
    show(shown);
    do_mkdir("proc", 0755);
    /* before pivot_root: the kernel demands that a proc is visible still */
    do_mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
             "hidepid=2,subset=pid");
    /* oom_score_adj is the one file there that a program could use */
    do_mount(NULL, "proc", NULL,
             MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV |
                 MS_NOEXEC,
             NULL);
    do_mkdir("box", 0755);
    do_symlink("box/w", "w");
    do_symlink("box/tmp", "tmp");
    for (size_t i = 0; i < box.nmasks; i++)
        mask(box.masks[i]);
    if (syscall(SYS_pivot_root, ".", ".") != 0 || umount2(".", MNT_DETACH) != 0)
        die("pivot_root", ".");
    do_mount(NULL, "/", NULL,
             MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL);
    if (chdir("/") != 0)
        die("chdir", "/");
}

/* GO: box has written the id maps.  The end instead: box is gone. */
static void
wait_for_go(void)
{
    struct zygote_msg m;
    if (recv(ZYGOTE_CONTROL, &m, sizeof m, 0) != sizeof m ||
        m.type != ZYGOTE_MSG_GO)
        _exit(1);
}

static void
become_root(void)
{
    /* without privilege outside, the kernel keeps our groups (setgroups is
     * denied in such a namespace); docs/SECURITY.md says so */
    if (box.root && setgroups(0, NULL) != 0)
        die("setgroups", "");
    if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
        die("setresuid", "");
    /* after the ids: a change of ids clears it */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        die("pdeathsig", "");
}

/* Descriptors to their places (zygote.h), everything else closed. */
static int
place(int control, int file, const struct cgroup_leaf *const *leaves,
      size_t nleaves)
{
    enum {
        HIGH = 100
    };
    int from[ZYGOTE_PROCS + ZYGOTE_PROCS_MAX + 1], n = 0;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    from[n++] = null;
    from[n++] = null;
    from[n++] = 2;
    from[n++] = control;
    from[n++] = box.filter;
    for (size_t k = 0; k < nleaves; k++)
        for (size_t i = 0; i < leaves[k]->ntrees; i++)
            from[n++] = leaves[k]->procs[i];
    from[n++] = file;
    /* up first, out of each other's way */
    for (int i = 0; i < n; i++)
        if ((from[i] = fcntl(from[i], F_DUPFD, HIGH)) < 0)
            die("descriptors", "");
    for (int i = 0; i < n; i++)
        if (dup2(from[i], i) < 0)
            die("descriptors", "");
    if (close_range((unsigned)n, ~0U, 0) != 0 ||
        fcntl(n - 1, F_SETFD, FD_CLOEXEC) != 0)
        die("close_range", "");
    return n - 1; /* the zygote's file */
}

/* Should the host run out of memory, this slot goes first.  Whether it could
 * be lowered again depends on the host, so /proc is read-only later. */
static void
volunteer(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "1000", 4) != 4)
        die("oom_score_adj", "");
    close(fd);
}

void
root_enter(int control, int file, const struct cgroup_leaf *const *leaves,
           size_t nleaves, unsigned mode)
{
    char mode_text[16], procs_text[16];
    char *const env[] = {SANITIZER_OPTIONS NULL};
    /* whatever whoever started box ignores (a shell: SIGINT of what it starts
     * in the background; a make: 32 and 33), a program starts with all at their
     * default.  By system call, because signal() refuses those two. */
    const unsigned long by_default[8] = {0}; /* the kernel's struct sigaction */
    for (int i = 1; i < NSIG; i++)
        syscall(SYS_rt_sigaction, i, by_default, NULL, 8);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* first of all: as long as we have a copy of box's end of `control`, and
     * of graderd's connections, their end cannot be seen, and a box that is
     * killed now would leave us waiting for ever */
    file = place(control, file, leaves, nleaves);
    volunteer();
    wait_for_go();
    become_root();
    umask(022);
    if (setsid() < 0 || sethostname("box", 3) != 0 || setdomainname("", 0) != 0)
        die("sethostname", "");
    make_root();
    snprintf(mode_text, sizeof mode_text, "%u", mode);
    snprintf(procs_text, sizeof procs_text, "%zu", leaves[0]->ntrees);
    char *const argv[] = {(char *)(uintptr_t) "zygote", mode_text, procs_text,
                          NULL};
    syscall(SYS_execveat, file, "", argv, env, AT_EMPTY_PATH);
    die("execveat", "zygote");
}
