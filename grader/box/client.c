/* graderd's connections: one run at a time on each, waiting ones in order.
 */
#include "grader/box/box.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum client_state {
    CLIENT_QUIET,   /* may send a request */
    CLIENT_WAITING, /* has sent one; no slot yet */
    CLIENT_RUNNING, /* `slot` has it */
    CLIENT_CLOSED   /* freed at the end of this round of events */
};

struct client {
    struct source source;
    enum client_state state;
    struct slot *slot;
    struct box_run *request; /* while waiting */
    size_t size;
    int fds[BOX_FDS_MAX];
    size_t nfds;
    uint64_t order; /* of arrival */
    struct client *next;
};

static uint64_t arrivals;

static void
forget_request(struct client *c)
{
    close_all(c->fds, c->nfds);
    c->nfds = 0;
    free(c->request);
    c->request = NULL;
}

static void
client_close(struct client *c)
{
    if (c->state == CLIENT_RUNNING)
        slot_abandon(c->slot);
    forget_request(c);
    source_close(&c->source);
    c->state = CLIENT_CLOSED;
}

void
client_exit(struct client *c, const struct box_exit *e, int artefact)
{
    c->state = CLIENT_QUIET;
    c->slot = NULL;
    if (message_send(c->source.fd, e, sizeof *e, &artefact, artefact >= 0) != 0)
        client_close(c);
}

void
client_refuse(struct client *c, enum box_refusal code, const char *reason)
{
    struct box_refused r = {.type = BOX_REFUSED, .code = code};
    snprintf(r.reason, sizeof r.reason, "%s", reason);
    c->state = CLIENT_QUIET;
    c->slot = NULL;
    if (message_send(c->source.fd, &r, sizeof r, NULL, 0) != 0)
        client_close(c);
}

/* A request has come into c->request. */
static void
request_arrived(struct client *c)
{
    const char *why = NULL;
    if (c->state != CLIENT_QUIET) { /* one at a time */
        note("client broke the protocol", "%s", "");
        client_close(c);
        return;
    }
    why = request_fault(c->request, c->size, c->fds, c->nfds);
    if (why != NULL) {
        note("request refused", "why=\"%s\"", why);
        forget_request(c);
        client_refuse(c, BOX_REFUSED_INVALID, why);
        return;
    }
    c->state = CLIENT_WAITING;
    c->order = arrivals++;
}

static void
client_ready(struct source *s)
{
    struct client *c = (struct client *)(void *)s;
    if (c->state == CLIENT_CLOSED)
        return;
    if (c->state != CLIENT_QUIET) {
        /* a run is under way: only the end of the connection is expected */
        char byte = 0;
        ssize_t n = recv(s->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        client_close(c);
        return;
    }
    if (c->request == NULL && (c->request = calloc(1, sizeof *c->request)) == 0)
        return;
    ssize_t n = message_recv(s->fd, c->request, sizeof *c->request, c->fds,
                             BOX_FDS_MAX, &c->nfds);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        if (n < 0)
            note_errno("bad message from client", "%s", "");
        client_close(c);
        return;
    }
    c->size = (size_t)n;
    request_arrived(c);
}

void
clients_dispatch(void)
{
    for (;;) {
        struct client *first = NULL;
        struct slot *slot = NULL;
        for (struct client *c = box.clients; c != NULL; c = c->next) {
            struct slot *s = NULL;
            if (c->state == CLIENT_WAITING &&
                (first == NULL || c->order < first->order) &&
                (s = slot_idle(kind_find(c->request->zygote), c->request)) !=
                    NULL) {
                first = c;
                slot = s;
            }
        }
        if (first == NULL)
            return;
        struct client *c = first;
        c->state = CLIENT_RUNNING;
        c->slot = slot;
        slot_run(slot, c, c->request, c->size, c->fds, c->nfds);
        c->nfds = 0;
        free(c->request);
        c->request = NULL;
    }
}

void
clients_sweep(void)
{
    for (struct client **at = &box.clients; *at != NULL;) {
        struct client *c = *at;
        if (c->state == CLIENT_CLOSED) {
            *at = c->next;
            box.nclients--;
            free(c);
        } else {
            at = &c->next;
        }
    }
}

static bool
peer_ok(int fd)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    if (peer.uid == box.peer || peer.uid == geteuid())
        return true;
    note("client refused", "uid=%u pid=%d", (unsigned)peer.uid, (int)peer.pid);
    return false;
}

static void
client_new(struct source *listener)
{
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct client *c = NULL;
    if (fd < 0)
        return;
    if (!peer_ok(fd) || box.nclients >= BOX_CLIENTS_MAX ||
        (c = calloc(1, sizeof *c)) == NULL) {
        close(fd);
        return;
    }
    struct box_hello h = {.type = BOX_HELLO,
                          .version = BOX_VERSION,
                          .slots = (uint32_t)box.nslots};
    box_isolation(h.isolation, sizeof h.isolation);
    kinds_list(h.zygotes, sizeof h.zygotes);
    c->source.fd = -1;
    c->source.ready = client_ready;
    if (source_watch(&c->source, fd) != 0 ||
        message_send(fd, &h, sizeof h, NULL, 0) != 0) {
        source_close(&c->source);
        free(c);
        return;
    }
    c->next = box.clients;
    box.clients = c;
    box.nclients++;
}

/* The socket becomes its peer's.  The folder may be the peer's, too, and the
 * name lead elsewhere by now: to a link, or to a socket of root's that has a
 * second name here. */
static int
give_away(const char *path)
{
    struct stat st;
    int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC), rc = -1;
    if (fd < 0)
        return -1;
    errno = EPERM;
    if (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_nlink == 1 &&
        st.st_uid == geteuid())
        rc = fchownat(fd, "", box.peer, (gid_t)-1, AT_EMPTY_PATH);
    int saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

int
clients_listen(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = -1;
    if (strlen(path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        goto fail;
    }
    strcpy(a.sun_path, path);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || (unlink(path) != 0 && errno != ENOENT))
        goto fail;
    umask(0177);
    int rc = bind(fd, (struct sockaddr *)&a, sizeof a);
    umask(022);
    if (rc != 0 || (geteuid() == 0 && give_away(path) != 0) ||
        listen(fd, 128) != 0)
        goto fail;
    box.listener.fd = -1;
    box.listener.ready = client_new;
    if (source_watch(&box.listener, fd) == 0)
        return 0;
fail:
    note_errno("cannot listen", "socket=%s", path);
    if (fd >= 0)
        close(fd);
    return -1;
}
