/* Memory that is there, and a buffer that grows.  Out of memory is fatal in
 * every program (the supervisor starts it again; nothing accepted is lost).
 */
#ifndef LIB_MEM_H
#define LIB_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Growing bytes, always followed by a NUL that `size` does not count.
 * Zero-initialise it (`struct buf b = {0};`); buf_free() makes it so again. */
struct buf {
    char *data; /* NULL while nothing was added */
    size_t size;
    size_t capacity;
};

void buf_add(struct buf *b, const void *data, size_t size);
void buf_str(struct buf *b, const char *s);
void buf_fmt(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vfmt(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
/* Read `fd` to its end, at most `max` bytes.  0, or -1 with errno (EFBIG when
 * there was more). */
int buf_read_fd(struct buf *b, int fd, size_t max);
/* The same from a named file; O_NOFOLLOW is not set. */
int buf_read_file(struct buf *b, const char *path, size_t max);
/* The bytes, now the caller's to free(); never NULL; the buffer is empty. */
char *buf_take(struct buf *b, size_t *size);
void buf_free(struct buf *b);

#endif
