/* The attack set: a few small programs (grader/attack/) that try, through
 * run_program(), what no submission may be able to do.  They are part of
 * graderd, so they need no compiler and no file of the host's.
 *
 * In the exec zygote, and in the python3 zygote where the box has one and the
 * host has the language: what a program can see, call and touch; the limits of
 * CPU time, wall time, memory, processes, disk and output; what a run leaves to
 * the next one of its slot.  In a split run: what a submission can see of its
 * tests.  Where the box has announced something as soft or as one id, what it
 * still promises is tried (docs/SECURITY.md).
 */
#ifndef GRADER_ATTACK_SET_H
#define GRADER_ATTACK_SET_H

#include "core/language.h"
#include "grader/run.h"
#include "lib/err.h"
#include "lib/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attack_report {
    struct buf holes; /* a line each: "KIND/ATTACK DETAIL", clean text; the
                         first few */
    size_t nholes;
    int attacks; /* that were tried */
    int runs;
    int64_t ms;
};

/* Attack the box.  `languages` says whether Python is offered.  `go_on` is
 * asked at least every second.  ERR_OK: the whole set has run, and *out (the
 * caller's to attack_report_free(), also after an error) tells of holes.
 * ERR_UNAVAILABLE: the box was away, or too busy for an attack to say anything;
 * ERR_STALE: go_on() said no. */
enum err attack_box(struct run_box *box, const struct language *languages,
                    size_t nlanguages, bool (*go_on)(void),
                    struct attack_report *out);
void attack_report_free(struct attack_report *r);

/* Call `each` for every hole. */
void attack_report_each(const struct attack_report *r,
                        void (*each)(void *cookie, const char *hole),
                        void *cookie);

#endif
