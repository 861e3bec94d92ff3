/* Redis: one lazy connection, commands that time out, a breaker.
 *
 * After a failure calls fail at once for conf()->redis_retry_ms, so that a
 * dead Redis costs a handler nothing (design: PostgreSQL is the truth, Redis
 * is a doorbell).  A hiredis context is dead after an error; it is closed and
 * made anew.  https://github.com/redis/hiredis (0.14 and 1.x)
 */
#ifndef LIB_REDIS_H
#define LIB_REDIS_H

#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redis;
struct redis_reply; /* opaque; hiredis' redisReply */

/* A connection to conf()->redis that will be made when first used; commands
 * time out after `timeout_ms` (0: conf()->redis_timeout_ms).  Never NULL. */
struct redis *redis_new(int timeout_ms);
void redis_free(struct redis *r);

/* Drop the connection, so that the next command makes a new one. */
void redis_reset(struct redis *r);

/* GET: the bytes, the caller's to free(), or NULL (absent, or no Redis). */
char *redis_get(struct redis *r, const char *key, size_t *size);

/* SET with expiry in seconds; failure is silent: a cache only. */
void redis_set(struct redis *r, const char *key, const void *data, size_t size,
               int64_t ttl_seconds);
void redis_del(struct redis *r, const char *key);

/* PING; ERR_UNAVAILABLE when there is no answer. */
enum err redis_ping(struct redis *r);

/* INFO field "maxmemory_policy" and the like, from section; NULL unknown; the
 * caller frees. */
char *redis_info(struct redis *r, const char *section, const char *field);

#endif
