/* What box and a slot's zygote say to each other.
 *
 * Zygotes are trusted: their code is ours, and they read nothing from the
 * program but its wait status and, once everything in the slot is dead, the
 * artefact.  All sockets are SOCK_SEQPACKET.
 *
 *   CONTROL (box <-> zygote)
 *     box:    GO once, when the id maps are written
 *     zygote: READY with the box's end of a job socket, or of two (submission,
 *             tests): its runners were forked
 *     box:    JOB just before it sends the job; KILL at a deadline; DROP, the
 *             idle runners are to end (EXIT and READY follow)
 *     zygote: USAGE every ZYGOTE_TICK_MS if asked for (no cgroup counts)
 *     zygote: EXIT, perhaps with the artefact, when all others are dead; then
 *             it makes a new file system and forks again: READY
 *   a job socket (box <-> runner)
 *     runner: ATTACHED, it is in its cgroup leaf and waits
 *     box:    WARM, perhaps: nothing else to do, rehearse; where the kind has a
 *             program, with its command (a struct box_run up to and with the
 *             text, which has nothing else): start it ahead of its job
 *     runner: LOADED, it was started ahead and waits
 *     box:    struct box_run and its descriptors
 *     runner: FAULT when it cannot start the program; STARTED when it was
 *             started ahead and now goes on; the socket closes then
 *
 * A zygote is started with these descriptors and `zygote MODE NPROCS`:
 *   3 CONTROL, 4 the seccomp program (BPF), 5… NPROCS files cgroup.procs of
 *   the leaf "s", then, where the kind has tests, NPROCS of the leaf "t",
 *   opened by box: the kernel checks the opener's rights, so a runner may
 *   write "0" and attach itself.
 */
#ifndef GRADER_BOX_ZYGOTE_H
#define GRADER_BOX_ZYGOTE_H

#include "grader/box/protocol.h"

enum {
    ZYGOTE_CONTROL = 3,
    ZYGOTE_FILTER = 4,
    ZYGOTE_PROCS = 5,
    ZYGOTE_PROCS_MAX = 8,
    ZYGOTE_TICK_MS = 20
};

/* MODE, a decimal number. */
enum zygote_mode {
    ZYGOTE_ONE_ID = 1,  /* unprivileged: only id 0 is mapped */
    ZYGOTE_USAGE = 2,   /* send USAGE while a job runs */
    ZYGOTE_SOFT_MEM = 4 /* no memory cgroup: RLIMIT_AS as a last fence */
};

/* Ids inside the slot. */
enum {
    ZYGOTE_UID_SUBMISSION = 1000,
    ZYGOTE_UID_TESTS = 1001 /* split mode */
};

enum zygote_type {
    ZYGOTE_MSG_GO = 101, /* none is a box_type */
    ZYGOTE_MSG_READY,
    ZYGOTE_MSG_WARM,
    ZYGOTE_MSG_JOB,
    ZYGOTE_MSG_KILL,
    ZYGOTE_MSG_USAGE,
    ZYGOTE_MSG_EXIT,
    ZYGOTE_MSG_ATTACHED,
    ZYGOTE_MSG_FAULT,
    ZYGOTE_MSG_DROP,
    ZYGOTE_MSG_LOADED,
    ZYGOTE_MSG_STARTED
};

/* Who is to blame for a FAULT. */
enum zygote_blame {
    ZYGOTE_BLAME_REQUEST = 1, /* no such program; files do not fit */
    ZYGOTE_BLAME_PROGRAM,     /* the kernel will not execute it */
    ZYGOTE_BLAME_HOST         /* we could not do our part */
};

/* Every message but the job itself. */
struct zygote_msg {
    uint32_t type;
    uint32_t blame;
    uint32_t split;            /* JOB: the tests' runner gets one, too */
    int32_t status;            /* EXIT: as from wait(2) */
    int32_t tests_status;      /* EXIT: likewise; -1 we ended them */
    uint32_t has_artefact;     /* EXIT: it is the message's descriptor */
    int64_t cpu_us;            /* USAGE, EXIT: of all but the tests */
    int64_t memory_kb;         /* USAGE: resident now; EXIT: ru_maxrss */
    int64_t ended_us;          /* EXIT: CLOCK_MONOTONIC */
    char text[BOX_REASON_MAX]; /* JOB: artefact name; FAULT: reason */
};

#endif
