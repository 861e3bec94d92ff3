/* Live results: messages that nchan relays from Redis pub/sub to websockets.
 *
 * The Redis channel of the nchan channel `user.UUID` is
 * `{channel:/user.UUID}:pubsub`; the message is nchan 1.3's msgpack (str8,
 * str32, never bin: nchan drops bin silently).  A push is a hint: a missed
 * one is mended by the page's next GET.
 *
 * https://nchan.io/#storage and nchan's src/store/redis
 */
#ifndef LIB_PUSH_H
#define LIB_PUSH_H

#include "lib/err.h"
#include "lib/mem.h"
#include "lib/redis.h"

#include <stddef.h>
#include <stdint.h>

/* Append the nchan message for `data` (JSON text) to `out`: ttl and time in
 * seconds.  Pure, for the tests. */
void push_encode(struct buf *out, const char *data, size_t size, uint32_t ttl,
                 uint32_t now);

/* PUBLISH `json` to every open page of `user` (a UUID).  ERR_UNAVAILABLE is
 * not worth a retry. */
enum err push_user(struct redis *r, const char *user, const char *json,
                   size_t size);

#endif
