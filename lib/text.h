/* Small questions about text: is it UTF-8, what is that number.
 */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing
 * above U+10FFFF) without NUL, which PostgreSQL cannot store. */
bool text_is_utf8(const char *s, size_t size);

/* Copy `s` as well-formed UTF-8: bad bytes become U+FFFD; C0 controls other
 * than \n and \t, DEL, C1 controls and the controls that turn the direction of
 * writing (U+202E) likewise; at most `max` bytes, cut at a
 * character, with "…" appended when cut.  For what programs print.  The
 * result is the caller's to free(). */
char *text_clean(const char *s, size_t size, size_t max);

/* The whole of `s` as a decimal number in [min, max]. */
bool text_to_int(const char *s, int64_t min, int64_t max, int64_t *out);

bool text_ends_with(const char *s, const char *suffix);

#endif
