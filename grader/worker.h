/* A worker: one process, one token, one grading at a time.
 */
#ifndef GRADER_WORKER_H
#define GRADER_WORKER_H

#include "core/language.h"
#include "grader/selfattack.h"

#include <stddef.h>

/* How long a statement of graderd may take: nobody waits for it, and to store
 * one verdict for a whole class that sent the same program takes its time.
 * Cut short each time, it would never be stored. */
enum {
    WORKER_DATABASE_MS = 60000
};

/* What every process of graderd shares, made before the forks. */
struct worker_setup {
    const struct language *languages; /* with their builds; borrowed */
    size_t nlanguages;
    int tokens;
    struct selfattack *selfattack; /* what all of them know of the box */
};

/* The stream consumer of a slot: "HOST:SLOT"; the caller frees it. */
char *worker_consumer(const char *slot);

/* Grade until SIGTERM.  The exit status. */
int worker_main(const struct worker_setup *setup, int slot);

/* SIGTERM (or SIGINT, SIGHUP) came; the flag that worker_signals() sets up. */
int worker_stopping(void);
void worker_signals(void);

#endif
