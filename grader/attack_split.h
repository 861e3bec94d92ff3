/* The attack of a submission on its tests; for attack_set.c. */
#ifndef GRADER_ATTACK_SPLIT_H
#define GRADER_ATTACK_SPLIT_H

#include "grader/attack_set.h"

/* A file that `ld -r -b binary` made a part of graderd (Makefile). */
#define EMBEDDED(name)                                                         \
    extern const char _binary_##name##_start[], _binary_##name##_end[]
#define EMBEDDED_SIZE(name)                                                    \
    ((size_t)((uintptr_t)_binary_##name##_end -                                \
              (uintptr_t)_binary_##name##_start))

/* Grade a submission that looks for its tests, on the road that every unit
 * test goes.  Errors as of attack_box(). */
enum err attack_split(struct run_box *box, const struct language *python,
                      bool (*go_on)(void), struct attack_report *report);

/* Note a hole: "KIND/TEXT", made clean. */
void attack_hole(struct attack_report *r, const char *kind, const char *text,
                 size_t size);

#endif
