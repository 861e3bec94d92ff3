/* Frames on the channel of a program in the box: four bytes of length, most
 * significant first, and a JSON object.  The sender is not to be trusted:
 * lengths and their sum are bounded, and after the first fault nothing more
 * is read.  Pure.
 */
#ifndef GRADER_JUDGE_FRAMES_H
#define GRADER_JUDGE_FRAMES_H

#include "lib/json.h"
#include "lib/mem.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    FRAME_MAX = 64 * 1024,         /* bytes of one */
    FRAMES_BYTES_MAX = 1024 * 1024 /* of all */
};

struct frames { /* zero-initialise */
    struct buf pending;
    size_t total;
    bool damaged;
};

/* Take `size` more bytes; `frame` is called for each whole object and says
 * false when it makes no sense.  After a fault ->damaged is true. */
typedef bool frames_take(void *cookie, const struct json *frame);
void frames_feed(struct frames *f, const char *data, size_t size,
                 frames_take *frame, void *cookie);
/* True when everything that came was whole frames that made sense. */
bool frames_whole(const struct frames *f);
void frames_free(struct frames *f);

#endif
