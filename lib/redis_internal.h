/* What lib/redis.c shares with lib/stream.c and lib/push.c, and with nobody
 * else: the connection and hiredis' replies.
 */
#ifndef LIB_REDIS_INTERNAL_H
#define LIB_REDIS_INTERNAL_H

#include "lib/redis.h"

#include <stdbool.h>
#include <stdint.h>

struct redisReply; /* <hiredis/hiredis.h> */

/* Run one command, `fmt` as redisCommand() takes it (%s, %b, %lld).  The reply
 * is the caller's to freeReplyObject(); it may be an error that Redis sent.
 * NULL: no connection, or it timed out.  `block_ms` is how long the command
 * itself may block (BLOCK), on top of the timeout. */
struct redisReply *redis_run(struct redis *r, int64_t block_ms, const char *fmt,
                             ...);

/* Is it a reply, and not an error?  An error is logged, at most one line in
 * some seconds; -READONLY and -LOADING also drop the connection, since a
 * failover has put us on the wrong server.  `what` names the command. */
bool redis_fine(struct redis *r, const struct redisReply *reply,
                const char *what);

/* Is it an error that starts with this word ("NOGROUP")? */
bool redis_says(const struct redisReply *reply, const char *word);

/* Grows with every new connection: replies that were under way on the old one
 * are lost. */
uint64_t redis_epoch(const struct redis *r);

#endif
