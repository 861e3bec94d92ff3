/* Languages: one text file each in grader/languages/, read at start.
 *
 *   # python3.lang
 *   name       Python 3
 *   extensions py
 *   types      text/x-python
 *   source     solution.py
 *   version    /usr/bin/python3 -I --version
 *   compile    (absent: interpreted) argv; {source} and {artefact} stand for
 *              file names
 *   artefact   a.out
 *   run        /usr/bin/python3 -I -B {source}
 *   zygote     of the box (absent: exec).  python3, node: does the same as the
 *              commands here, only faster
 *   time       2        factor on the time limit
 *   memory     32768    KiB added to the memory limit
 *   processes  64       and threads at once; 32 if absent.  Of a run-time
 *              system with threads of its own, say so many more
 *   with       X.java   a file beside this one that the compiler gets, too
 *   header     bits/stdc++.h   of gcc's languages: graderd compiles this header
 *              ahead (grader/prepare.h), with the very words of `compile`,
 *              which has to look below /assay/ID first (-I/assay/cpp)
 *   try        /usr/bin/node -e 0   where this does not end with status 0 in
 *              the box, within LANGUAGE_TRY_MEMORY_KB and `memory`, the
 *              language is not offered: a run-time system that reserves
 *              address space cannot start where only that can be limited
 *
 * Commands are argv, split at blanks, never given to a shell.  Their
 * environment is the same for every run, and fixed.
 *
 * {artefact} may be {source}: then `compile` only checks, and what runs is the
 * source.
 */
#ifndef CORE_LANGUAGE_H
#define CORE_LANGUAGE_H

#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    LANGUAGE_ARGS_MAX = 32,
    LANGUAGE_TRY_MEMORY_KB = 65536
};

struct language {
    char id[33];         /* the file's name: "python3" */
    char title[65];      /* "Python 3" */
    char extensions[65]; /* blank-separated */
    char types[129];
    char source[65];
    char artefact[65];                /* "" interpreted */
    char zygote[16];                  /* "exec" */
    char *version[LANGUAGE_ARGS_MAX]; /* NULL-terminated argv */
    char *compile[LANGUAGE_ARGS_MAX]; /* [0] NULL: interpreted */
    char *run[LANGUAGE_ARGS_MAX];
    char *try[LANGUAGE_ARGS_MAX]; /* [0] NULL: it works everywhere */
    char header[65];              /* "" none */
    char with[65];                /* "" none */
    char *with_text;              /* its bytes; NULL */
    size_t with_size;
    double time_factor;
    int64_t memory_extra_kb;
    int64_t processes;
    char build[129]; /* grader/probe.h fills it; "" the runtime is missing */
};

/* Read every *.lang file of a folder that `only` (blank-separated ids; "" is
 * all) names.  ERR_INVALID: printed, with file and line. */
enum err language_load(const char *dir, const char *only, struct language **out,
                       size_t *count);
const struct language *language_find(const struct language *l, size_t count,
                                     const char *id);
/* By a file name's extension ("hello.py"), or by a media type
 * ("text/x-python"); NULL none. */
const struct language *language_of_file(const struct language *l, size_t count,
                                        const char *filename);
const struct language *language_of_type(const struct language *l, size_t count,
                                        const char *media_type);
void language_free(struct language *l, size_t count);

#endif
