/* Compiled programs, kept on disk for when the same source comes again:
 * `state_dir`/compiled/, one file per key, 0700, for graderd alone.
 *
 * Theory of operation.  A key is the hash of all that decides what the
 * compiler makes: source, language, command, extra files, build.  So an entry
 * never becomes wrong, only unused.  What is in it came out of the box, made
 * by a compiler that read hostile source: it is as little to be trusted as
 * the source itself, and is only ever run in the box, for that same source.
 * Only graderd writes here (nothing of it is shown to programs), under
 * another name first, so that no reader sees half an entry; each carries its
 * own hash, and one that is damaged is removed and made anew.  All of it may
 * be deleted at any time.
 */
#ifndef GRADER_COMPILED_H
#define GRADER_COMPILED_H

#include "core/language.h"
#include "lib/mem.h"

#include <stddef.h>

enum {
    COMPILED_KEY_SIZE = 65 /* hexadecimal, NUL */
};

/* The key of what `argv` (NULL-terminated), the compiler of language `l`, makes
 * of this source and of the language's file `with`. */
void compiled_key(const struct language *l, const char *const *argv,
                  const void *source, size_t size, char key[COMPILED_KEY_SIZE]);

/* What is kept under this key: a fresh sealed memfd, the caller's to close,
 * and the compiler's words added to `words`; -1 when there is nothing. */
int compiled_get(const char *key, struct buf *words);

/* Keep the bytes of memfd `fd` (borrowed) and the compiler's words.  A failure
 * is logged, and costs nothing but time later.  Nothing is kept when
 * conf()->compiled_max_mb is 0, or of a program larger than a quarter of it.
 */
void compiled_put(const char *key, int fd, const char *words,
                  size_t words_size);

/* Remove what was not used for the longest time, until the rest is within
 * conf()->compiled_max_mb, and what writers that died left.  Cheap when
 * nothing was written since the last call. */
void compiled_sweep(void);

#endif
