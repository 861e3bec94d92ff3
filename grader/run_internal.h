/* What grader/run.c and run_box.c share; nobody else includes it. */
#ifndef GRADER_RUN_INTERNAL_H
#define GRADER_RUN_INTERNAL_H

#include "grader/box/protocol.h"
#include "grader/run.h"

struct run_box {
    int sock;  /* -1: not connected */
    pid_t pid; /* who listened there */
    struct box_hello hello;
};

/* Everything that box may say. */
union run_answer {
    uint32_t type;
    struct box_hello hello;
    struct box_exit exit;
    struct box_refused refused;
};

/* Close and forget; legal for -1. */
void run_close(int *fd);

/* ERR_OK: b->sock is connected, and box has greeted.  ERR_UNAVAILABLE: logged.
 */
enum err run_connect(struct run_box *b);

/* One message from box and at most one descriptor (-1: none).  Its size; 0
 * at the end; -1 with errno. */
ssize_t run_receive(int sock, union run_answer *a, int *fd);
/* 0, or -1 with errno. */
int run_send(int sock, const struct box_run *q, const int *fds, size_t nfds);

#endif
