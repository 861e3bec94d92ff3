/* box: what its files share.  The theory of operation is in box.c.
 */
#ifndef GRADER_BOX_BOX_H
#define GRADER_BOX_BOX_H

#include "grader/box/cgroup.h"
#include "grader/box/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct slot;
struct client;

enum {
    BOX_SLOTS_MAX = 256,
    BOX_CLIENTS_MAX = 512,
    BOX_MASKS_MAX = 16,
    BOX_KINDS_MAX = 4
};

/* A kind of zygote. */
struct kind {
    const char *name; /* of its program's file, too */
    bool tests;       /* has a second runner, for split runs */
    bool warms;       /* its runners can rehearse */
    /* what its runners execute, nothing else, and can start ahead of a job
     * (ahead.c); NULL: they can not */
    const char *program;
    int file; /* of the zygote; -1: this kind is not there */
    size_t nslots;
    int failures; /* to start it ahead, since it last worked */
};

/* Something that epoll watches.  `ready` must cope with being called for
 * nothing: the descriptor may have been replaced in the same round. */
struct source {
    int fd; /* -1: not watched */
    void (*ready)(struct source *s);
};

struct box {
    int epoll;
    struct source listener;
    struct source signals;
    uid_t peer; /* who may ask, besides ourselves */
    bool root;  /* three ids per slot; else only our own, mapped to 0 */
    uid_t base; /* first id of the first slot */
    int filter; /* the seccomp program of all runners */
    bool stopping;
    const char *masks[BOX_MASKS_MAX]; /* folders hidden from programs */
    size_t nmasks;
    const char *shown; /* folder that programs see as /assay; NULL: none */
    struct cgroup_host cgroup;
    int64_t ahead_us; /* after its last use programs are started ahead */
    struct kind kinds[BOX_KINDS_MAX];
    size_t nkinds;
    struct slot *slots;
    size_t nslots;    /* of all kinds */
    size_t running;   /* jobs in slots now */
    int64_t last_run; /* when the last one ended */
    struct client *clients;
    size_t nclients;
};

extern struct box box;

/* -- box.c -- */
int64_t now_us(void); /* CLOCK_MONOTONIC */
/* A line on standard error: `box: EVENT key=value…`. */
void note(const char *event, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void note_errno(const char *event, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Watch for input.  `s->ready` is set; s->fd was -1. */
int source_watch(struct source *s, int fd);
/* Close and forget; legal when not watched. */
void source_close(struct source *s);
/* What this host gives, as one line. */
void box_isolation(char *text, size_t size);

/* -- kind.c -- */
/* `exec` is that zygote's file (NULL: beside box's own); the others' stand
 * beside it, or are not there.  0, or -1 and it is said why. */
int kinds_open(const char *exec);
/* "N": so many slots of each kind; "KIND=N": of that kind.  False: neither. */
bool kinds_slots(const char *text);
/* NULL: no such kind here. */
struct kind *kind_find(const char *name);
/* "exec python3" */
void kinds_list(char *text, size_t size);

/* -- filter.c -- */
/* A memfd with the BPF program of submissions; -1. */
int filter_make(void);

/* -- message.c -- */
/* One SEQPACKET message with descriptors.  0, or -1 with errno. */
int message_send(int sock, const void *data, size_t size, const int *fds,
                 size_t nfds);
/* The size, 0 at the end, -1 with errno (EBADMSG: it was cut, or carried more
 * descriptors than `max`; they are closed).  Descriptors are CLOEXEC. */
ssize_t message_recv(int sock, void *data, size_t size, int *fds, size_t max,
                     size_t *nfds);
void close_all(int *fds, size_t count);

/* -- request.c -- */
/* Is this message, with these descriptors, a request that we will carry out?
 * NULL, or what is wrong with it (static text). */
const char *request_fault(const struct box_run *q, size_t size, const int *fds,
                          size_t nfds);

/* -- root.c -- */
/* In the new namespaces: make the slot's file system and become the zygote in
 * `file`.  `leaves`: of the submission and, if there is one, of the tests.
 * Never returns. */
void root_enter(int control, int file, const struct cgroup_leaf *const *leaves,
                size_t nleaves, unsigned mode) __attribute__((noreturn));

/* -- slot.c -- */
int slots_start(void);
void slots_stop(void); /* all are dead when it returns */
/* The idle slot that serves a request best, a warm one if there is one; or
 * NULL. */
struct slot *slot_idle(const struct kind *kind, const struct box_run *q);
/* Give it a request; its descriptors are closed or kept by the slot.  The
 * answer comes by client_answer(). */
void slot_run(struct slot *s, struct client *c, const struct box_run *q,
              size_t size, int *fds, size_t nfds);
/* The client went away. */
void slot_abandon(struct slot *s);
/* Deadlines and counts; returns when to be called next. */
int64_t slots_tick(int64_t now);
bool slots_broken(void); /* none ever worked, and we tried */
bool slots_ready(void);  /* at least one of each kind is idle */

/* -- client.c -- */
int clients_listen(const char *path);
/* Give waiting requests to idle slots. */
void clients_dispatch(void);
/* Free those that were closed in this round. */
void clients_sweep(void);
void client_exit(struct client *c, const struct box_exit *e, int artefact);
void client_refuse(struct client *c, enum box_refusal code, const char *reason);

#endif
