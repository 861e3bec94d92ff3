/* The attacker of the self-attack (grader/selfattack.h): a small static
 * program that is put into the box like any submission and tries what none may
 * be able to do.
 *
 *   attack MODE ONE_ID PATH…
 *
 * It prints lines:
 *
 *   slot TEXT           the pid namespace that it is in: one slot, one text
 *   uid N               its user id as the host sees it
 *   count NAME N        how much of something it got
 *   hole NAME DETAIL    an attack that got through
 *   done N              the last one: N attacks were tried
 *
 * Includes nothing of ours outside this folder: what it believes of the box it
 * finds out by itself.
 */
#ifndef GRADER_ATTACK_ATTACK_H
#define GRADER_ATTACK_ATTACK_H

#include <stdbool.h>

/* What we were told. */
struct attack {
    bool one_id;  /* the box has no ids of its own: we are its root's user */
    char **paths; /* NULL-terminated: of graderd, on the host */
};

/* Tell of an attack that got through. */
void hole(const char *name, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Nothing is here that we did not bring: no file, no process. */
void attack_leftovers(const struct attack *a);

/* Everything that needs no limit to be run into; the number of attacks. */
int attack_facts(const struct attack *a);

/* The calls that lead out of a box (calls.c); the number of attacks. */
int attack_calls(const struct attack *a);

#endif
