/* What a worker has, shared with grader/job.c and with nobody else.
 */
#ifndef GRADER_WORKER_INTERNAL_H
#define GRADER_WORKER_INTERNAL_H

#include "grader/selfattack.h"
#include "grader/worker.h"
#include "lib/db.h"
#include "lib/redis.h"
#include "lib/stream.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    WORKER_PAUSE_MS = 100 /* the first pause after a failure */
};

struct worker {
    const struct worker_setup *setup;
    struct db *db;
    struct redis *redis;
    struct stream_reader *reader;
    struct run_box *box;
    struct selfattack_turn attack;
    int slot;
    struct load_cache *packages;
    char *builds;       /* of what works in this box; NULL: not known yet */
    int64_t pause_ms;   /* grows while things fail */
    int64_t bulk_saved; /* of the bulk queue's share of our time; ms x 100 */
};

/* Something is away: wait, longer each time. */
void worker_pause(struct worker *w);

/* May work be taken?  Pauses where not. */
bool worker_may_work(struct worker *w, bool idle);

#endif
