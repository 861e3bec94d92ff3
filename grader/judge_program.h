/* From a program's source to what each of its runs is given: compiled in the
 * box where the language says so.  For submissions and for programs of a
 * package alike: it judges nothing, and knows no verdict.
 */
#ifndef GRADER_JUDGE_PROGRAM_H
#define GRADER_JUDGE_PROGRAM_H

#include "core/language.h"
#include "grader/run.h"
#include "lib/err.h"
#include "lib/mem.h"

#include <stddef.h>
#include <sys/types.h>

/* What runs: the file that each run gets, and its command. */
struct program {
    const char *zygote; /* that can run it without arguments; borrowed */
    const char *name;   /* of the file; the language's, borrowed */
    int fd;             /* a sealed memfd; -1: there is none */
    mode_t mode;
    char **argv; /* NULL-terminated, ready for struct run_request */
};

/* Make one of `size` bytes of source.  ERR_OK: it was made if out->fd is not
 * -1, else it does not compile.  In both cases the compiler's words (reasons,
 * or warnings) are added to `words`, as well-formed UTF-8 without control
 * characters, at most JUDGE_COMPILE_KEEP bytes.  ERR_UNAVAILABLE, ERR_STALE
 * (the watch said stop), ERR_INTERNAL as of run_program(): nothing is known of
 * the program.  `*out` is the caller's to program_free() in every case. */
enum err program_make(struct run_box *box, const struct language *l,
                      const char *source, size_t size, run_watch *watch,
                      void *cookie, struct program *out, struct buf *words);
void program_free(struct program *p);

#endif
