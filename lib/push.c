#include "lib/push.h"

#include "lib/redis_internal.h"

#include <hiredis/hiredis.h>
#include <string.h>
#include <time.h>

enum {
    /* A socket that is just reconnecting still gets it; much longer, and a
     * page that comes back would be told old news. */
    TTL_SECONDS = 5
};

/* The few kinds of msgpack that nchan reads
 * (https://github.com/msgpack/msgpack/blob/master/spec.md). */
enum {
    FIXARRAY = 0x90,
    FIXSTR = 0xa0,
    UINT32 = 0xce,
    STR8 = 0xd9,
    STR32 = 0xdb
};

static void
add_byte(struct buf *b, unsigned value)
{
    unsigned char byte = (unsigned char)value;
    buf_add(b, &byte, 1);
}

static void
add_be32(struct buf *b, uint32_t n)
{
    add_byte(b, n >> 24);
    add_byte(b, n >> 16);
    add_byte(b, n >> 8);
    add_byte(b, n);
}

static void
add_uint32(struct buf *b, uint32_t n)
{
    add_byte(b, UINT32);
    add_be32(b, n);
}

static void
add_str8(struct buf *b, const char *s)
{
    add_byte(b, STR8);
    add_byte(b, (unsigned)strlen(s));
    buf_str(b, s);
}

void
push_encode(struct buf *out, const char *data, size_t size, uint32_t ttl,
            uint32_t now)
{
    add_byte(out, FIXARRAY | 10);
    add_byte(out, FIXSTR | 3);
    buf_str(out, "msg");
    add_uint32(out, ttl);
    add_uint32(out, now);
    add_byte(out, 0); /* tag: nchan numbers messages itself */
    add_byte(out, 0); /* time of the previous message */
    add_byte(out, 0); /* its tag */
    add_byte(out, STR32);
    add_be32(out, (uint32_t)size);
    buf_add(out, data, size);
    add_str8(out, "application/json");
    add_str8(out, ""); /* event name */
    add_byte(out, 0);  /* compression */
}

enum err
push_user(struct redis *r, const char *user, const char *json, size_t size)
{
    struct buf message = {0};
    push_encode(&message, json, size, TTL_SECONDS, (uint32_t)time(NULL));
    redisReply *reply = redis_run(r, 0, "PUBLISH {channel:/user.%s}:pubsub %b",
                                  user, message.data, message.size);
    enum err e = redis_fine(r, reply, "PUBLISH") ? ERR_OK : ERR_UNAVAILABLE;
    if (reply != NULL)
        freeReplyObject(reply);
    buf_free(&message);
    return e;
}
