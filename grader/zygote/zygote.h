/* What every zygote shares: the life of its slot (slot.c) and the steps by
 * which a runner becomes harmless (runner.c).  Protocol: grader/box/zygote.h.
 */
#ifndef GRADER_ZYGOTE_ZYGOTE_H
#define GRADER_ZYGOTE_ZYGOTE_H

#include "grader/box/zygote.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum zygote_role {
    ROLE_SUBMISSION,
    ROLE_TESTS,
    ROLES
};

struct zygote {
    unsigned mode;     /* enum zygote_mode */
    int nprocs;        /* of each role */
    int64_t reserves;  /* of the kind */
    int64_t shared_kb; /* resident here, and so in each runner (in_process) */
    struct sock_fprog filter;
};

/* What a runner is born with. */
struct runner {
    const struct zygote *zygote;
    enum zygote_role role;
    int socket; /* to box; CLOEXEC, so that it closes as the program starts */
    int link;   /* to the other runner; -1: there is none */
};

/* A job as the runner has it. */
struct job {
    struct box_run run;
    int socket;
    int out, err;
    int in;                       /* -1: none */
    int channel;                  /* -1: none */
    int file[BOX_FILES_MAX];      /* -1: the other one's */
    char *argv[BOX_ARGS_MAX + 1]; /* into run.text */
    char *envp[BOX_ENV_MAX + 1];
};

/* A kind of zygote.  `run` of a role never returns; NULL: no such runner. */
struct zygote_kind {
    void (*run[ROLES])(const struct runner *r);
    bool in_process;  /* its runners execute no other program */
    int64_t reserves; /* KiB of address space that its runtime takes and hardly
                         uses */
};

/* -- slot.c -- */
/* The zygote's main: for ever make a fresh /box, fork the runners, wait, kill,
 * report. */
int zygote_main(int argc, char **argv, const struct zygote_kind *kind);

/* -- runner.c: in this order -- */
/* Tell box why, and end. */
void runner_fault(int socket, enum zygote_blame blame, const char *what)
    __attribute__((noreturn));
/* Into the role's cgroup leaf, which becomes the root of what we see; tell
 * box. */
void runner_attach(const struct runner *r);
/* Wait for box's next message.  True: a job.  False: WARM, perhaps with a
 * command (argc is 0 without). */
bool runner_next(const struct runner *r, struct job *j);
/* Wait for the job.  `warm` (may be NULL) is called at most once before it,
 * when box has nothing else to do. */
void runner_receive(const struct runner *r, struct job *j, void (*warm)(void));
/* Room and files in the working directory, which becomes the current one. */
void runner_files(const struct job *j);
/* 0, 1, 2 and perhaps 3; all others close at exec. */
void runner_descriptors(const struct job *j);
void runner_limits(const struct runner *r, const struct job *j);
/* The same of a program that was started before (0: of ourselves). */
void runner_limits_of(const struct runner *r, const struct job *j, pid_t pid);
/* Its standard input, newly opened. */
int runner_input(const struct job *j);
/* No capability, no id but the role's, no way back, few system calls. */
void runner_confine(const struct runner *r);

#endif
