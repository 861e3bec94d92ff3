#include "grader/judge_frames.h"

#include <stdint.h>
#include <string.h>

enum {
    HEAD = 4
};

/* The first frame in the buffer; its whole size, or 0 while it is not all
 * there. */
static size_t
first(struct frames *f)
{
    const unsigned char *p = (const unsigned char *)f->pending.data;
    uint32_t length;

    if (f->pending.size < HEAD)
        return 0;
    length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
             p[3];
    if (length == 0 || length > FRAME_MAX) {
        f->damaged = true;
        return 0;
    }
    return f->pending.size >= HEAD + length ? HEAD + length : 0;
}

void
frames_feed(struct frames *f, const char *data, size_t size, frames_take *frame,
            void *cookie)
{
    size_t whole;

    if (f->damaged || size == 0)
        return;
    f->total += size;
    if (f->total > FRAMES_BYTES_MAX) {
        f->damaged = true;
        return;
    }
    buf_add(&f->pending, data, size);
    while (!f->damaged && (whole = first(f)) > 0) {
        const char *why;
        struct json *j = json_parse(f->pending.data + HEAD, whole - HEAD, &why);

        if (j == NULL || !json_is_object(j) || !frame(cookie, j))
            f->damaged = true;
        json_free(j);
        memmove(f->pending.data, f->pending.data + whole,
                f->pending.size - whole);
        f->pending.size -= whole;
    }
}

bool
frames_whole(const struct frames *f)
{
    return !f->damaged && f->pending.size == 0;
}

void
frames_free(struct frames *f)
{
    buf_free(&f->pending);
    memset(f, 0, sizeof *f);
}
