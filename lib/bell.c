#include "lib/bell.h"

#include "lib/redis_internal.h"

#include <hiredis/hiredis.h>
#include <stdbool.h>

enum {
    BELL_SECONDS = 60
};

/* The braces keep a cluster from caring where it lives. */
#define BELL "bell:{%lld}"

/* In one step, or a Redis that dies between the two keeps a bell for ever. */
#define RING                                                                   \
    "redis.call('XADD', KEYS[1], 'MAXLEN', 1, '*', 'done', 1) "                \
    "return redis.call('EXPIRE', KEYS[1], ARGV[1])"

enum err
bell_ring(struct redis *r, int64_t grading)
{
    redisReply *reply = redis_run(r, 0, "EVAL %s 1 " BELL " %d", RING,
                                  (long long)grading, BELL_SECONDS);
    enum err e = redis_fine(r, reply, "EVAL") ? ERR_OK : ERR_UNAVAILABLE;
    if (reply != NULL)
        freeReplyObject(reply);
    return e;
}

int
bell_wait(struct redis *r, int64_t grading, int64_t wait_ms)
{
    if (wait_ms < 1)
        wait_ms = 1; /* BLOCK 0 is for ever */
    redisReply *reply = redis_run(r, wait_ms,
                                  "XREAD COUNT 1 BLOCK %lld STREAMS " BELL " 0",
                                  (long long)wait_ms, (long long)grading);
    int rang = -1;
    if (redis_fine(r, reply, "XREAD"))
        rang = reply->type == REDIS_REPLY_ARRAY ? 1 : 0;
    if (reply != NULL)
        freeReplyObject(reply);
    return rang;
}
