/* Errors as HTTP: the one switch from `enum err` to a status and an RFC 9457
 * problem type.  The list of types is closed, and documented in
 * docs/INTERFACES.md.
 */
#ifndef LIB_PROBLEM_H
#define LIB_PROBLEM_H

#include "lib/err.h"

struct problem {
    int status;
    const char *type;  /* "/problems/invalid-field" */
    const char *title; /* the same words for every occurrence */
};

/* Never NULL; ERR_OK gives that of ERR_INTERNAL. */
const struct problem *problem_of(enum err e);

#endif
