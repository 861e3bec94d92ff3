#include "lib/bell.h"

#include "lib/redis_internal.h"

#include <hiredis/hiredis.h>
#include <stdbool.h>

enum {
    BELL_SECONDS = 60
};

/* The braces keep a cluster from caring where it lives. */
#define BELL "bell:{%lld}"

enum err
bell_ring(struct redis *r, int64_t grading)
{
    redisReply *add = redis_run(r, 0, "XADD " BELL " MAXLEN 1 * done 1",
                                (long long)grading);
    redisReply *expire = NULL;
    if (add != NULL)
        expire = redis_run(r, 0, "EXPIRE " BELL " %d", (long long)grading,
                           BELL_SECONDS);
    bool ok = redis_fine(r, add, "XADD") && redis_fine(r, expire, "EXPIRE");
    if (add != NULL)
        freeReplyObject(add);
    if (expire != NULL)
        freeReplyObject(expire);
    return ok ? ERR_OK : ERR_UNAVAILABLE;
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
