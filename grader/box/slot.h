/* A slot, between slot.c (its life) and run.c (one run in it).
 */
#ifndef GRADER_BOX_SLOT_H
#define GRADER_BOX_SLOT_H

#include "grader/box/box.h"
#include "grader/box/zygote.h"

enum slot_state {
    SLOT_DOWN,     /* no zygote; started again at `deadline` */
    SLOT_STARTING, /* the zygote sets itself up */
    SLOT_IDLE,     /* its runners wait in their leaves */
    SLOT_RUNNING,  /* it has a job */
    SLOT_CLEANING, /* the job is answered; a new runner is being made */
    SLOT_DYING     /* the zygote was killed */
};

/* Of a program that is started ahead of its job (ahead.c). */
enum slot_ahead {
    AHEAD_NONE,     /* the runner waits, as in other kinds */
    AHEAD_STARTING, /* it was told to start it */
    AHEAD_LOADED    /* it waits */
};

enum {
    START_US = 10000000,
    CLEAN_US = 1000000, /* a slot that is slower than that is replaced */
    RETRY_US = 50000,
    WARM_US = 5000,  /* nothing has run for so long: rehearse */
    RUNS_MAX = 1000, /* then a fresh one, whatever may have piled up */
    FAILURES_MAX = 4 /* of every slot before box gives up at start */
};

/* Why box killed a run; RUN_KEPT: it did not. */
enum run_kill {
    RUN_KEPT,
    RUN_KILL_CPU,
    RUN_KILL_WALL,
    RUN_KILL_MEMORY,
    RUN_KILL_OUTPUT,
    RUN_KILL_TESTS, /* they are over a limit of theirs */
    RUN_KILL_CLIENT /* the client went away */
};

struct slot {
    struct kind *kind;
    enum slot_state state;
    pid_t pid;
    struct source pidfd, control;
    struct source job, tests_job; /* of either runner */
    struct cgroup_leaf leaf, tests_leaf;
    int64_t deadline; /* of this state, CLOCK_MONOTONIC */
    int failures;     /* starts since the last good life */
    int runs;
    int waiting_for; /* runners that have not attached themselves yet */
    bool warm;       /* they were told to rehearse */
    enum slot_ahead ahead;
    bool dropped;            /* and its runner was told to end */
    bool resumed;            /* it has its job and goes on */
    struct box_run *command; /* of the last job here, to start ahead; NULL */
    size_t command_size;
    int64_t command_used; /* by a job in any slot */
    /* of the run */
    struct client *client; /* NULL: it went away */
    struct box_limits limits;
    struct box_limits tests; /* of a split run */
    bool busy;               /* there is one, until it is answered */
    bool split;
    int out, err, tests_out; /* -1: not split */
    int64_t started;
    int64_t starved_us;
    int64_t starved_before; /* as it was started ahead */
    int64_t last_chance;    /* after a KILL: then the zygote itself goes */
    enum run_kill kill;
    struct zygote_msg usage; /* newest */
    struct zygote_msg fault; /* type 0: none */
};

/* -- slot.c -- */
void slot_kill(struct slot *s, const char *why);
void slot_down(struct slot *s);

/* -- ahead.c: of kinds with a program -- */
/* A slot is idle and its deadline has come: start ahead, or no longer. */
void ahead_tick(struct slot *s, int64_t now);
/* The runner says that the program waits. */
void ahead_loaded(struct slot *s);
/* Its runner died while idle.  False: it had nothing started. */
bool ahead_died(struct slot *s);
/* How well does an idle slot serve a request?  0: not at all. */
int ahead_fits(const struct slot *s, const struct box_run *q);
/* None does.  Unless one is on its way, drop what waits with another command,
 * so that one will. */
void ahead_make_room(const struct kind *kind);
/* A job goes to this slot, which it expects to get more of. */
void ahead_remember(struct slot *s, const struct box_run *q);

/* -- run.c -- */
/* Look at a run's clocks and counts; sets s->deadline to the next look. */
void run_tick(struct slot *s, int64_t now);
/* The zygote says that it is over: answer.  Takes *artefact (sets it -1). */
void run_finish(struct slot *s, const struct zygote_msg *m, int *artefact);
/* The zygote died under it: answer, if there was a run. */
void run_lost(struct slot *s);

#endif
