/* What box does when graderd's side is wrong, hostile or dead, or when a slot
 * dies: speaks the protocol by hand.
 *
 *   protocol BOX_PID SOCKET
 */
#include "grader/box/protocol.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CROWD = 100,
    FDS_MAX = 64
};

static int tests, failures;
static pid_t box_pid;
static const char *socket_path;

union answer {
    uint32_t type;
    struct box_hello hello;
    struct box_exit exit;
    struct box_refused refused;
};

/* A request, and descriptors of which some may be wrong. */
struct request {
    struct box_run run;
    size_t size; /* as sent */
    int fds[FDS_MAX];
    size_t nfds;
};

static void
result(bool ok, const char *name)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++tests, name);
    fflush(stdout);
    failures += !ok;
}

static int64_t
now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* -- speaking -- */

static int
box_connect(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = 20};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", socket_path);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int
greeted(void)
{
    struct box_hello h;
    int fd = box_connect();
    if (fd >= 0 && (recv(fd, &h, sizeof h, 0) != sizeof h ||
                    h.type != BOX_HELLO || h.version != BOX_VERSION)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int
send_with(int sock, const void *data, size_t size, const int *fds, size_t n)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
    } control;
    struct iovec iov = {(void *)(uintptr_t)data, size};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    memset(&control, 0, sizeof control);
    if (n > 0) {
        m.msg_control = control.bytes;
        m.msg_controllen = CMSG_SPACE(n * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(n * sizeof(int));
        memcpy(CMSG_DATA(c), fds, n * sizeof(int));
    }
    return sendmsg(sock, &m, MSG_NOSIGNAL) == (ssize_t)size ? 0 : -1;
}

static int
sealed(const char *text)
{
    int fd = memfd_create("file", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (write(fd, text, strlen(text)) < 0)
        return -1;
    fcntl(fd, F_ADD_SEALS,
          F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    return fd;
}

static void
add_text(struct request *r, const char *text)
{
    strcpy(r->run.text + r->run.text_size, text);
    r->run.text_size += (uint32_t)strlen(text) + 1;
    r->size = offsetof(struct box_run, text) + r->run.text_size;
}

/* `sleep SECONDS` with one file and stdin; each test spoils one thing. */
static struct request *
good(const char *seconds)
{
    struct request *r = calloc(1, sizeof *r);
    r->run.type = BOX_RUN;
    strcpy(r->run.zygote, "exec");
    r->run.flags = BOX_HAS_STDIN;
    r->run.limits = (struct box_limits){.cpu_ms = 1000,
                                        .wall_ms = 5000,
                                        .memory_kb = 65536,
                                        .processes = 4,
                                        .output_kb = 16,
                                        .disk_kb = 1024};
    r->run.nfiles = 1;
    strcpy(r->run.file[0].name, "input.txt");
    r->run.file[0].mode = 0444;
    r->run.argc = 2;
    r->run.envc = 1;
    add_text(r, "/usr/bin/sleep");
    add_text(r, seconds);
    add_text(r, "PATH=/usr/bin");
    r->fds[0] = memfd_create("out", MFD_CLOEXEC);
    r->fds[1] = memfd_create("err", MFD_CLOEXEC);
    r->fds[2] = sealed("stdin");
    r->fds[3] = sealed("file");
    r->nfds = 4;
    return r;
}

static void
forget(struct request *r)
{
    for (size_t i = 0; i < r->nfds; i++)
        close(r->fds[i]);
    free(r);
}

static int
say(int sock, const struct request *r)
{
    return send_with(sock, &r->run, r->size, r->fds, r->nfds);
}

/* The type of box's next message; 0 when it closed, or said nothing. */
static uint32_t
hear(int sock, union answer *a)
{
    ssize_t n = recv(sock, a, sizeof *a, 0);
    return n >= (ssize_t)sizeof a->type ? a->type : 0;
}

static bool
runs_well(int sock)
{
    union answer a;
    struct request *r = good("0");
    bool ok = say(sock, r) == 0 && hear(sock, &a) == BOX_EXIT &&
              a.exit.end == BOX_END_EXITED && a.exit.status == 0;
    forget(r);
    return ok;
}

/* -- looking at box -- */

static int
count_fds(void)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)box_pid);
    DIR *d = opendir(path);
    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n;
}

/* Children of `pid`, as many as fit. */
static int
children(pid_t pid, pid_t *out, int max)
{
    char path[64];
    int n = 0, child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid,
             (int)pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && n < max && fscanf(f, "%d", &child) == 1)
        out[n++] = child;
    if (f != NULL)
        fclose(f);
    return n;
}

/* The zygote whose runner has become `name`; -1. */
static pid_t
zygote_of(const char *name)
{
    pid_t zygotes[64], runners[8];
    int n = children(box_pid, zygotes, 64);
    for (int i = 0; i < n; i++) {
        int k = children(zygotes[i], runners, 8);
        for (int j = 0; j < k; j++) {
            char path[64], comm[64] = "";
            snprintf(path, sizeof path, "/proc/%d/comm", (int)runners[j]);
            FILE *f = fopen(path, "re");
            if (f != NULL && fgets(comm, sizeof comm, f) != NULL)
                comm[strcspn(comm, "\n")] = '\0';
            if (f != NULL)
                fclose(f);
            if (strcmp(comm, name) == 0)
                return zygotes[i];
        }
    }
    return -1;
}

/* Wait until `name` runs (or does not) in some slot. */
static pid_t
await_program(const char *name, bool there, int ms)
{
    int64_t end = now_ms() + ms;
    pid_t z = -1;
    do {
        z = zygote_of(name);
        if ((z > 0) == there)
            return z > 0 ? z : 0;
        poll(NULL, 0, 5);
    } while (now_ms() < end);
    return -1;
}

static int base_fds;

/* Whoever spoke to box before us may not be forgotten yet. */
static void
await_idle(void)
{
    for (int i = 0, same = 0; i < 400 && same < 40; i++) {
        int n = count_fds();
        same = n == base_fds ? same + 1 : 0;
        base_fds = n;
        poll(NULL, 0, 10);
    }
}

static bool
fds_come_back(void)
{
    for (int i = 0; i < 400; i++) {
        if (count_fds() == base_fds)
            return true;
        poll(NULL, 0, 10);
    }
    printf("# box has %d descriptors, had %d\n", count_fds(), base_fds);
    return false;
}

/* -- one thing wrong at a time -- */

static void
swap_fd(struct request *r, size_t i, int fd)
{
    close(r->fds[i]);
    r->fds[i] = fd;
}

#define WRONG(name, ...)                                                       \
    static void wrong_##name(struct request *r)                                \
    {                                                                          \
        __VA_ARGS__;                                                           \
    }

WRONG(type, r->run.type = 77)
WRONG(zygote, strcpy(r->run.zygote, "../exec"))
WRONG(zygote_no_nul, memset(r->run.zygote, 'x', sizeof r->run.zygote))
WRONG(flags, r->run.flags |= 64)
WRONG(cpu_zero, r->run.limits.cpu_ms = 0)
WRONG(cpu_negative, r->run.limits.cpu_ms = -1)
WRONG(wall_huge, r->run.limits.wall_ms = INT64_MAX)
WRONG(memory_zero, r->run.limits.memory_kb = 0)
WRONG(memory_huge, r->run.limits.memory_kb = INT64_MAX / 1024)
WRONG(processes_zero, r->run.limits.processes = 0)
WRONG(processes_huge, r->run.limits.processes = 1 << 20)
WRONG(output_huge, r->run.limits.output_kb = 1LL << 40)
WRONG(disk_negative, r->run.limits.disk_kb = INT64_MIN)
WRONG(name_up, strcpy(r->run.file[0].name, "../x"))
WRONG(name_dots, strcpy(r->run.file[0].name, ".."))
WRONG(name_slash, strcpy(r->run.file[0].name, "/etc/passwd"))
WRONG(name_empty, r->run.file[0].name[0] = '\0')
WRONG(name_newline, strcpy(r->run.file[0].name, "a\nb"))
WRONG(name_no_nul, memset(r->run.file[0].name, 'a', BOX_NAME_MAX))
WRONG(name_twice, r->run.nfiles = 2; r->run.file[1] = r->run.file[0];
      r->fds[r->nfds++] = sealed("x"))
WRONG(mode, r->run.file[0].mode = 06777)
WRONG(nfiles, r->run.nfiles = 0xffffffff)
WRONG(artefact_up, strcpy(r->run.artefact, "../../etc/shadow"))
WRONG(artefact_no_nul, memset(r->run.artefact, 'a', BOX_NAME_MAX))
WRONG(argc_zero, r->run.argc = 0)
WRONG(argc_more, r->run.argc = 3; r->run.envc = 1)
WRONG(argc_huge, r->run.argc = 0xfffffffe; r->run.envc = 4)
WRONG(env_no_name, r->run.envc = 2; add_text(r, "=x"))
WRONG(env_no_equals, r->run.envc = 2; add_text(r, "LD_PRELOAD"))
WRONG(text_more, r->run.text_size += 100)
WRONG(text_less, r->run.text_size -= 1)
WRONG(text_huge, r->run.text_size = 0xffffffff)
WRONG(text_rest, add_text(r, "rest"))
WRONG(relative, memcpy(r->run.text, "usr/bin", 7))
WRONG(not_a_file, r->run.text_size = 0; r->run.argc = 1; r->run.envc = 0;
      add_text(r, "./input.txt"))
WRONG(fds_fewer, close(r->fds[--r->nfds]))
WRONG(fds_more, r->fds[r->nfds++] = sealed("x"))
WRONG(fds_none, while (r->nfds > 0) close(r->fds[--r->nfds]))
WRONG(out_pipe, int p[2]; if (pipe(p) == 0) close(p[0]); swap_fd(r, 0, p[1]))
WRONG(out_null, swap_fd(r, 0, open("/dev/null", O_RDWR)))
WRONG(out_file, swap_fd(r, 0, open("/etc/passwd", O_RDONLY)))
WRONG(out_sealed, swap_fd(r, 0, sealed("x")))
WRONG(stdin_unsealed, swap_fd(r, 2, memfd_create("x", 0)))
WRONG(stdin_file, swap_fd(r, 2, open("/etc/passwd", O_RDONLY)))
WRONG(file_unsealed, swap_fd(r, 3, memfd_create("x", MFD_ALLOW_SEALING)))
WRONG(file_path, swap_fd(r, 3, open("/etc/shadow", O_PATH)))
WRONG(file_folder, swap_fd(r, 3, open("/", O_RDONLY | O_DIRECTORY)))
WRONG(file_zero, swap_fd(r, 3, open("/dev/zero", O_RDONLY)))
WRONG(file_socket, swap_fd(r, 3, socket(AF_UNIX, SOCK_STREAM, 0)))
WRONG(channel, r->run.flags |= BOX_HAS_CHANNEL; r->nfds = 5;
      r->fds[4] = r->fds[3]; r->fds[3] = open("/dev/null", O_RDWR))
WRONG(channel_inet, r->run.flags |= BOX_HAS_CHANNEL; r->nfds = 5;
      r->fds[4] = r->fds[3]; r->fds[3] = socket(AF_INET, SOCK_STREAM, 0))

#define ENTRY(name)                                                            \
    {                                                                          \
#name, wrong_##name                                                    \
    }

static const struct {
    const char *name;
    void (*spoil)(struct request *r);
} wrongs[] = {
    ENTRY(type),           ENTRY(zygote),      ENTRY(zygote_no_nul),
    ENTRY(flags),          ENTRY(cpu_zero),    ENTRY(cpu_negative),
    ENTRY(wall_huge),      ENTRY(memory_zero), ENTRY(memory_huge),
    ENTRY(processes_zero), ENTRY(output_huge), ENTRY(processes_huge),
    ENTRY(disk_negative),  ENTRY(name_up),     ENTRY(name_dots),
    ENTRY(name_slash),     ENTRY(name_empty),  ENTRY(name_newline),
    ENTRY(name_no_nul),    ENTRY(name_twice),  ENTRY(mode),
    ENTRY(nfiles),         ENTRY(artefact_up), ENTRY(artefact_no_nul),
    ENTRY(argc_zero),      ENTRY(argc_more),   ENTRY(argc_huge),
    ENTRY(env_no_name),    ENTRY(text_more),   ENTRY(env_no_equals),
    ENTRY(text_less),      ENTRY(text_huge),   ENTRY(text_rest),
    ENTRY(relative),       ENTRY(not_a_file),  ENTRY(fds_fewer),
    ENTRY(fds_more),       ENTRY(fds_none),    ENTRY(out_pipe),
    ENTRY(out_null),       ENTRY(out_file),    ENTRY(out_sealed),
    ENTRY(stdin_unsealed), ENTRY(stdin_file),  ENTRY(file_unsealed),
    ENTRY(file_path),      ENTRY(file_folder), ENTRY(file_zero),
    ENTRY(file_socket),    ENTRY(channel),     ENTRY(channel_inet),
};

/* Each is refused with a reason, on a connection that stays good. */
static void
test_wrong_requests(void)
{
    int sock = greeted();
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        union answer a = {0};
        struct request *r = good("0");
        wrongs[i].spoil(r);
        bool ok = say(sock, r) == 0 && hear(sock, &a) == BOX_REFUSED &&
                  a.refused.code == BOX_REFUSED_INVALID &&
                  a.refused.reason[0] != '\0';
        forget(r);
        char name[80];
        snprintf(name, sizeof name, "refused: %s", wrongs[i].name);
        result(ok, name);
    }
    result(runs_well(sock), "the connection is still good");
    close(sock);
    result(fds_come_back(), "no descriptor stays in box");
}

static void
test_no_program(void)
{
    union answer a = {0};
    int sock = greeted();
    struct request *r = good("0");
    r->run.text_size = 0;
    r->run.argc = 1;
    r->run.envc = 0;
    add_text(r, "/usr/bin/no-such-program");
    result(say(sock, r) == 0 && hear(sock, &a) == BOX_REFUSED &&
               a.refused.code == BOX_REFUSED_INVALID,
           "refused: no such program");
    forget(r);
    r = good("0"); /* the kernel will not execute it: the program's fault */
    r->run.file[0].mode = 0555;
    r->run.text_size = 0;
    r->run.argc = 1;
    r->run.envc = 0;
    add_text(r, "./input.txt");
    result(say(sock, r) == 0 && hear(sock, &a) == BOX_EXIT &&
               a.exit.end == BOX_END_EXITED && a.exit.status == 126,
           "a file that is no program ends with 126");
    forget(r);
    close(sock);
}

static void
test_garbage(void)
{
    static char big[sizeof(struct box_run) + 4096];
    static const size_t sizes[] = {1, 4, 100, sizeof big};
    int fds[FDS_MAX];
    bool ok = true;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        union answer a;
        int sock = greeted();
        memset(big, 0x5a, sizeof big);
        ok = ok && send_with(sock, big, sizes[i], NULL, 0) == 0;
        uint32_t type = hear(sock, &a);
        ok = ok && (type == 0 || type == BOX_REFUSED);
        close(sock);
    }
    result(ok, "garbage is refused");
    int sock = greeted();
    for (int i = 0; i < FDS_MAX; i++)
        fds[i] = open("/dev/null", O_RDONLY);
    send_with(sock, big, 100, fds, FDS_MAX);
    union answer a;
    uint32_t type = hear(sock, &a);
    result(type == 0 || type == BOX_REFUSED, "64 descriptors are refused");
    for (int i = 0; i < FDS_MAX; i++)
        close(fds[i]);
    close(sock);
    result(fds_come_back(), "and none of them stays");
}

static void
test_hang_up(void)
{
    int sock = greeted();
    struct request *r = good("100");
    bool started = say(sock, r) == 0 && await_program("sleep", true, 5000) > 0;
    close(sock);
    result(started && await_program("sleep", false, 1000) == 0,
           "closing the connection kills the run");
    sock = greeted();
    started = say(sock, r) == 0 && await_program("sleep", true, 5000) > 0;
    say(sock, r);
    union answer a;
    result(started && hear(sock, &a) == 0 &&
               await_program("sleep", false, 1000) == 0,
           "a second request during a run ends both");
    close(sock);
    forget(r);
}

static void
test_crowd(void)
{
    int socks[CROWD];
    bool ok = true;
    for (int i = 0; i < CROWD; i++) {
        struct request *r = good("0");
        socks[i] = greeted();
        ok = ok && socks[i] >= 0 && say(socks[i], r) == 0;
        forget(r);
    }
    for (int i = 0; i < CROWD; i++) {
        union answer a;
        ok = ok && hear(socks[i], &a) == BOX_EXIT &&
             a.exit.end == BOX_END_EXITED && a.exit.status == 0;
        close(socks[i]);
    }
    result(ok, "a hundred at once are all served");
    for (int i = 0; i < CROWD; i++) { /* and some who leave while they wait */
        struct request *r = good("100");
        socks[i] = greeted();
        say(socks[i], r);
        forget(r);
    }
    for (int i = 0; i < CROWD; i++)
        close(socks[i]);
    int sock = greeted();
    result(runs_well(sock), "a hundred who hang up do not block the next");
    close(sock);
    result(fds_come_back(), "and leave no descriptor");
}

static void
test_zygote_dies(void)
{
    union answer a = {0};
    int sock = greeted();
    struct request *r = good("100");
    say(sock, r);
    pid_t z = await_program("sleep", true, 5000);
    if (z > 0)
        kill(z, SIGKILL);
    result(z > 0 && hear(sock, &a) == BOX_REFUSED &&
               a.refused.code == BOX_REFUSED_LOST,
           "a dead zygote is a lost run, not a verdict");
    result(runs_well(sock), "the next run is well");
    say(sock, r);
    z = await_program("sleep", true, 5000);
    if (z > 0)
        kill(z, SIGSTOP);
    int64_t start = now_ms();
    result(z > 0 && hear(sock, &a) == BOX_EXIT && a.exit.end == BOX_END_WALL &&
               now_ms() - start < 8000,
           "a deaf zygote is replaced, and the deadline holds");
    forget(r);
    bool all = true;
    for (int i = 0; i < 6; i++)
        all = all && runs_well(sock);
    result(all, "all slots work again");
    close(sock);
    result(fds_come_back(), "no descriptor of a dead slot stays");
}

/* Somebody else, though the socket be open to him. */
static void
test_stranger(void)
{
    int status = 1;
    if (geteuid() != 0) {
        printf("ok %d - a stranger # SKIP not root\n", ++tests);
        return;
    }
    chmod(socket_path, 0666);
    pid_t pid = fork();
    if (pid == 0) {
        union answer a;
        if (setgid(12345) != 0 || setuid(12345) != 0)
            _exit(2);
        int sock = box_connect();
        _exit(sock >= 0 && hear(sock, &a) == 0 ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    chmod(socket_path, 0600);
    result(WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "a stranger is not greeted");
}

int
main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    box_pid = atoi(argv[1]);
    socket_path = argv[2];
    await_idle();
    test_wrong_requests();
    test_no_program();
    test_garbage();
    test_hang_up();
    test_crowd();
    test_zygote_dies();
    test_stranger();
    printf("1..%d\n", tests);
    return failures != 0;
}
