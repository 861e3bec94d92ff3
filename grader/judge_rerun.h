/* Runs of this host that do not disturb a second look at another.
 *
 * Theory of operation.  time_limit is judged by the CPU clock, and a busy host
 * makes that clock run faster (caches, hyperthreads, page faults).  A program
 * that ended by itself between its limit and the kill at 1.25 x limit +
 * 100 ms, or that the wall clock killed while it waited for a core, is
 * therefore run again, once, while no other run begins on this host.
 *
 * Nobody can stop the host with that:
 *   - what was killed by the CPU clock is never run again, so no endless loop
 *     is;
 *   - at most 1 in 20 runs (and one in advance), counted for the host;
 *   - the pauses together take at most 1/20 of the time: after one of N ms
 *     there is none for 19 x N ms;
 *   - no program with a limit above RERUN_CPU_MAX_MS, and the second run has
 *     hardly more wall time than its CPU time needs.
 * Where one of these says no, the first result stands.
 *
 * What the processes of the host (workers of one graderd, or of an old one
 * beside its successor) share is the file run_dir/reruns: its bytes 0 and 1
 * are locks (fcntl, of open file descriptions: a process that dies leaves
 * none), and its page holds the budget.
 *   byte 0, the gate   shared for a moment by each run that begins; exclusive
 *                      while a rerun waits or goes on, so that none begins
 *   byte 1, the runs   shared by each run while it goes on; exclusive by the
 *                      rerun, which so waits for the end of the others
 * The gate is why a rerun cannot be starved by runs that follow each other.
 * All waits have a deadline, after which one runs regardless: a process that
 * was stopped (SIGSTOP) holds up each other once.  Without the file (logged)
 * nothing is paused, and each process has a budget of its own.
 *
 * The file is opened by the first run of a process: a process that forks after
 * it shares its locks with the child.
 */
#ifndef GRADER_JUDGE_RERUN_H
#define GRADER_JUDGE_RERUN_H

#include "grader/run.h"
#include "lib/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RERUN_SHARE = 20,          /* 1 in so many runs, and of the time */
    RERUN_SAVED_MAX = 5,       /* reruns that a quiet time may save up */
    RERUN_CPU_MAX_MS = 15000,  /* of a program that is run again */
    RERUN_QUIET_MS = 5000,     /* wait so long for the others to end */
    RERUN_GATE_MS = 30000,     /* a run waits so long for a rerun's end */
    RERUN_WALL_SLACK_MS = 2000 /* of a second run, beyond its CPU time */
};

/* run_program(), for everything that is no submission's test (compilers,
 * checkers, listings): it waits while a rerun goes on, and counts as a run.
 * Arguments and errors as of run_program(); the watch is called at least
 * every second while it waits, too. */
enum err rerun_never(struct run_box *b, const struct run_request *q,
                     run_watch *watch, void *cookie, struct run_result *out);

/* Called before the second run: what the watch was told of the first is void.
 * False: it cannot be undone, so do not run again. */
typedef bool rerun_again(void *cookie);

/* The same for a test of a submission: run again, once, where the rule above
 * says so.  `*out` is then the second run's.  `again` (may be NULL: nothing to
 * undo) gets the same cookie as the watch. */
enum err rerun_if_near(struct run_box *b, const struct run_request *q,
                       run_watch *watch, rerun_again *again, void *cookie,
                       struct run_result *out);

/* Did it end so that the host may be to blame?  Pure. */
bool rerun_is_near(const struct run_limits *l, const struct run_result *r);

/* The budget of a host; all zero at first.  Pure, for `now` in ms: may there
 * be a rerun?  True takes it. */
struct rerun_budget {
    _Atomic int64_t saved;   /* runs since the last rerun, as it were */
    _Atomic int64_t next_at; /* CLOCK_MONOTONIC in ms */
};
void rerun_budget_run(struct rerun_budget *b);
bool rerun_budget_take(struct rerun_budget *b, int64_t now);
/* A rerun held up the host for `held` ms until `now`. */
void rerun_budget_held(struct rerun_budget *b, int64_t held, int64_t now);

#endif
