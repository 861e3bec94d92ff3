#include "grader/probe.h"

#include "grader/judge.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PROBE_MS = 10000, /* a cold disk may be slow */
    PROBE_BYTES = 4096
};

/* Start argv with its standard output and error in a pipe; the pid, or -1
 * with errno.  *fd is the reading end. */
static pid_t
start(char *const *argv, int *fd)
{
    static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C";
    char *const env[] = {path, locale, NULL};
    posix_spawn_file_actions_t actions;
    int pipe_fd[2], rc;
    pid_t pid = -1;

    if (pipe2(pipe_fd, O_CLOEXEC) == -1)
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe_fd[1], 1);
    posix_spawn_file_actions_adddup2(&actions, pipe_fd[1], 2);
    rc = posix_spawn(&pid, argv[0], &actions, NULL, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_fd[1]);
    if (rc != 0) {
        close(pipe_fd[0]);
        errno = rc;
        return -1;
    }
    *fd = pipe_fd[0];
    return pid;
}

/* What comes out of `fd` until its end or the deadline. */
static void
read_until(int fd, int64_t deadline, struct buf *out)
{
    char chunk[512];
    ssize_t n;

    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int64_t left = deadline - clock_ms();

        if (left <= 0 || out->size > PROBE_BYTES)
            return;
        if (poll(&p, 1, (int)left) <= 0)
            continue;
        n = read(fd, chunk, sizeof chunk);
        if (n <= 0)
            return;
        buf_add(out, chunk, (size_t)n);
    }
}

/* Its exit status; -1 when it had to be killed or a signal ended it. */
static int
finish(pid_t pid, int64_t deadline)
{
    int status;
    pid_t got;

    while ((got = waitpid(pid, &status, WNOHANG)) == 0 && clock_ms() < deadline)
        clock_sleep(2);
    if (got == 0) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        return -1;
    }
    return got == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
probe_run(char *const *argv, int64_t ms, struct buf *out)
{
    int64_t deadline = clock_ms() + ms;
    int fd = -1;
    pid_t pid = start(argv, &fd);

    if (pid == -1)
        return -1;
    read_until(fd, deadline, out);
    close(fd);
    errno = 0; /* it was started */
    return finish(pid, deadline);
}

static void
probe_one(struct language *l)
{
    struct buf out = {0};
    int status = probe_run(l->version, PROBE_MS, &out);

    l->build[0] = '\0';
    if (status == -1 && errno != 0)
        log_errno("language missing", "language=%s command=%s", l->id,
                  l->version[0]);
    else if (status != 0 || out.size == 0)
        log_warn("language missing", "language=%s command=%s status=%d", l->id,
                 l->version[0], status);
    else {
        size_t n = strcspn(out.data, "\r\n");
        char *line = text_clean(out.data, n, sizeof l->build - 32);

        snprintf(l->build, sizeof l->build, "%s judge-%s", line, JUDGE_VERSION);
        free(line);
        log_info("language", "language=%s build=\"%s\"", l->id, l->build);
    }
    buf_free(&out);
}

void
probe_languages(struct language *l, size_t count)
{
    for (size_t i = 0; i < count; i++)
        probe_one(&l[i]);
}
