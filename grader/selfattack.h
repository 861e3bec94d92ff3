/* The self-attack: before a worker takes work, and every hour, it attacks its
 * own box (grader/attack_set.h).
 *
 * A hole that one worker finds stops all workers of this graderd: none claims
 * anything until the one who found it has attacked again and got nowhere.  It
 * is logged, counted (/metrics) and keeps the janitor from registering this
 * host's languages, so that the API stops offering them.  A grading that
 * another worker is in the middle of is finished.
 */
#ifndef GRADER_SELFATTACK_H
#define GRADER_SELFATTACK_H

#include "core/language.h"
#include "grader/run.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct selfattack; /* shared by all processes of a graderd */

/* Before the forks.  `languages` is borrowed for ever.  Never NULL. */
struct selfattack *selfattack_new(const struct language *languages,
                                  size_t nlanguages, int workers);

/* When one worker process attacked; zero-initialise. */
struct selfattack_turn {
    int64_t due; /* clock_ms() of the next attack */
    pid_t box;   /* which box it was */
};

enum selfattack_answer {
    SELFATTACK_PASSED, /* work may be taken */
    SELFATTACK_HOLE,   /* not by anybody of this graderd */
    SELFATTACK_AWAY    /* the attack could not be run to its end: try again */
};

/* May worker number `worker` take work?  Attacks the box first when it is time
 * to, when it is another box than the last time, or when there is nothing else
 * to do (`idle`) and it soon will be time.  `go_on` as for attack_box(). */
enum selfattack_answer selfattack_check(struct selfattack *s,
                                        struct selfattack_turn *turn,
                                        int worker, struct run_box *box,
                                        bool idle, bool (*go_on)(void));

/* Somebody has attacked the box, and nobody knows a hole. */
bool selfattack_passed(const struct selfattack *s);

#endif
