#include "lib/mem.h"

#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *
xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (p == NULL)
        fatal("out of memory", "size=%zu", size);
    return p;
}

void *
xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (p == NULL)
        fatal("out of memory", "size=%zu count=%zu", size, count);
    return p;
}

void *
xrealloc(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);
    if (p == NULL)
        fatal("out of memory", "size=%zu", size);
    return p;
}

char *
xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

char *
xstrndup(const char *s, size_t n)
{
    size_t size = strnlen(s, n);
    char *p = xmalloc(size + 1);
    memcpy(p, s, size);
    p[size] = '\0';
    return p;
}

char *
xasprintf(const char *fmt, ...)
{
    struct buf b = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&b, fmt, ap);
    va_end(ap);
    return buf_take(&b, NULL);
}

/* Room for `size` more bytes and the NUL. */
static void
buf_room(struct buf *b, size_t size)
{
    size_t need = b->size + size + 1;
    if (need < size)
        fatal("out of memory", "size=%zu", size);
    if (need <= b->capacity)
        return;
    size_t capacity = b->capacity ? b->capacity : 64;
    while (capacity < need)
        capacity += capacity / 2 + 64;
    b->data = xrealloc(b->data, capacity);
    b->capacity = capacity;
}

void
buf_add(struct buf *b, const void *data, size_t size)
{
    buf_room(b, size);
    if (size > 0)
        memcpy(b->data + b->size, data, size);
    b->size += size;
    b->data[b->size] = '\0';
}

void
buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(b, fmt, ap);
    va_end(ap);
}

void
buf_vfmt(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n < 0)
        fatal("bad format", "fmt=%s", fmt);
    buf_room(b, (size_t)n);
    vsnprintf(b->data + b->size, (size_t)n + 1, fmt, again);
    va_end(again);
    b->size += (size_t)n;
}

int
buf_read_fd(struct buf *b, int fd, size_t max)
{
    size_t got = 0;
    for (;;) {
        size_t want = max - got < 65536 ? max - got + 1 : 65536;
        buf_room(b, want);
        ssize_t n = read(fd, b->data + b->size, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        b->size += (size_t)n;
        b->data[b->size] = '\0';
        got += (size_t)n;
        if (n == 0)
            return 0;
        if (got > max) {
            errno = EFBIG;
            return -1;
        }
    }
}

int
buf_read_file(struct buf *b, const char *path, size_t max)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = buf_read_fd(b, fd, max);
    int saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

char *
buf_take(struct buf *b, size_t *size)
{
    if (b->data == NULL)
        buf_add(b, "", 0);
    char *data = b->data;
    if (size != NULL)
        *size = b->size;
    *b = (struct buf){0};
    return data;
}

void
buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}
