/* graderd's connection to box: made when first needed, and again after it was
 * lost.
 */
#include "grader/run_internal.h"

#include "lib/conf.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    HELLO_SECONDS = 5
};

void
run_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

struct run_box *
run_box_new(void)
{
    struct run_box *b = xcalloc(1, sizeof *b);
    b->sock = -1;
    return b;
}

void
run_box_free(struct run_box *b)
{
    if (b != NULL)
        run_close(&b->sock);
    free(b);
}

/* -- messages -- */

ssize_t
run_receive(int sock, union run_answer *a, int *fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov = {a, sizeof *a};
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = sizeof control.bytes};
    *fd = -1;
    ssize_t n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (c != NULL && c->cmsg_level == SOL_SOCKET &&
        c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof *fd))
        memcpy(fd, CMSG_DATA(c), sizeof *fd);
    return n;
}

int
run_send(int sock, const struct box_run *q, const int *fds, size_t nfds)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(BOX_FDS_MAX * sizeof(int))];
    } control;
    size_t size = offsetof(struct box_run, text) + q->text_size;
    struct iovec iov = {(void *)(uintptr_t)q, size};
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = control.bytes,
                       .msg_controllen = CMSG_SPACE(nfds * sizeof(int))};
    memset(&control, 0, sizeof control);
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
    memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
    return sendmsg(sock, &m, MSG_NOSIGNAL) == (ssize_t)size ? 0 : -1;
}

/* -- the connection -- */

static void
socket_path(char *path, size_t size)
{
    const struct conf *c = conf();
    if (c->box_socket != NULL && *c->box_socket != '\0')
        snprintf(path, size, "%s", c->box_socket);
    else
        snprintf(path, size, "%s/box.sock", c->run_dir);
}

/* A connection that box has closed since (it was restarted) is no use. */
static bool
connected(struct run_box *b)
{
    char byte = 0;
    if (b->sock >= 0 &&
        (recv(b->sock, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
         errno != EAGAIN))
        run_close(&b->sock);
    return b->sock >= 0;
}

enum err
run_connect(struct run_box *b)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = HELLO_SECONDS};
    union run_answer hello = {0};
    struct ucred peer = {0};
    socklen_t peer_size = sizeof peer;
    int fd = -1;
    if (connected(b))
        return ERR_OK;
    b->pid = 0;
    socket_path(a.sun_path, sizeof a.sun_path);
    b->sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (b->sock < 0 ||
        setsockopt(b->sock, SOL_SOCKET, SO_RCVTIMEO, &patience,
                   sizeof patience) != 0 ||
        setsockopt(b->sock, SOL_SOCKET, SO_SNDTIMEO, &patience,
                   sizeof patience) != 0 ||
        connect(b->sock, (struct sockaddr *)&a, sizeof a) != 0) {
        log_errno("cannot reach box", "socket=%s", a.sun_path);
        goto fail;
    }
    ssize_t n = run_receive(b->sock, &hello, &fd);
    run_close(&fd);
    if (n != (ssize_t)sizeof hello.hello || hello.type != BOX_HELLO ||
        hello.hello.version != BOX_VERSION) {
        log_warn("box does not greet", "socket=%s size=%zd version=%u",
                 a.sun_path, n, hello.hello.version);
        goto fail;
    }
    if (getsockopt(b->sock, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) == 0)
        b->pid = peer.pid;
    b->hello = hello.hello;
    b->hello.isolation[sizeof b->hello.isolation - 1] = '\0';
    b->hello.zygotes[sizeof b->hello.zygotes - 1] = '\0';
    return ERR_OK;
fail:
    run_close(&b->sock);
    return ERR_UNAVAILABLE;
}

enum err
run_describe(struct run_box *b, char **out)
{
    *out = NULL;
    enum err e = run_connect(b);
    if (e == ERR_OK)
        *out = xasprintf("%u slots (%s), %s", b->hello.slots, b->hello.zygotes,
                         b->hello.isolation);
    return e;
}

pid_t
run_box_pid(const struct run_box *b)
{
    return b->sock >= 0 ? b->pid : 0;
}
