/* What every zygote shares: the life of its slot (slot.c) and the steps by
 * which a runner becomes harmless (runner.c).  Protocol: grader/box/zygote.h.
 */
#ifndef GRADER_ZYGOTE_ZYGOTE_H
#define GRADER_ZYGOTE_ZYGOTE_H

#include "grader/box/zygote.h"

#include <linux/filter.h>
#include <stddef.h>

struct zygote {
    unsigned mode; /* enum zygote_mode */
    int nprocs;
    struct sock_fprog filter;
};

/* A job as the runner has it. */
struct job {
    struct box_run run;
    int socket; /* to box; CLOEXEC, so that it closes as the program starts */
    int out, err;
    int in;      /* -1: none */
    int channel; /* -1: none */
    int file[BOX_FILES_MAX];
    char *argv[BOX_ARGS_MAX + 1]; /* into run.text */
    char *envp[BOX_ENV_MAX + 1];
};

/* -- slot.c -- */
/* The zygote's main: for ever make a fresh /box, fork, let the child call
 * `run(z, socket)`, wait, kill, report.  `run` never returns. */
typedef void zygote_runner(const struct zygote *z, int socket);
int zygote_main(int argc, char **argv, zygote_runner *run);

/* -- runner.c: in this order -- */
/* Tell box why, and end. */
void runner_fault(int socket, enum zygote_blame blame, const char *what)
    __attribute__((noreturn));
/* Into the cgroup leaf, which becomes the root of what we see; tell box. */
void runner_attach(const struct zygote *z, int socket);
/* Wait for the job. */
void runner_receive(int socket, struct job *j);
/* Room and files in the working directory, which becomes the current one. */
void runner_files(const struct job *j);
/* 0, 1, 2 and perhaps 3; all others close at exec. */
void runner_descriptors(const struct job *j);
void runner_limits(const struct zygote *z, const struct job *j);
/* No capability, no id but the submission's, no way back, few system calls. */
void runner_confine(const struct zygote *z, int socket);

#endif
