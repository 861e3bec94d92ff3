/* The queue: Redis streams with one consumer group.
 *
 * The stream says who should try; the row in PostgreSQL says who may.  Any
 * entry may come twice or not at all; the janitor rings for what is missing.
 *
 * https://redis.io/docs/latest/develop/data-types/streams/
 */
#ifndef LIB_STREAM_H
#define LIB_STREAM_H

#include "lib/err.h"
#include "lib/redis.h"

#include <stdint.h>

/* The three queues in one cluster slot, by class of work. */
enum stream_class {
    STREAM_LIVE,
    STREAM_RUN,
    STREAM_BULK,
    STREAM_CLASSES
};

#define STREAM_GROUP "graders"

/* "graderQueue", "{graderQueue}:run", "{graderQueue}:bulk". */
const char *stream_name(enum stream_class c);

struct stream_entry {
    enum stream_class class;
    char id[48]; /* "1700000000000-0" */
    int64_t grading;
};

/* XADD the grading's id.  ERR_UNAVAILABLE when Redis is not there; then the
 * janitor rings later. */
enum err stream_ring(struct redis *r, enum stream_class c, int64_t grading);

/* Wait up to `block_ms` for an entry for `consumer`: live first, then run,
 * then bulk, with one read in ten asking bulk first; and before all of them,
 * after each (re)connect, what this consumer was given earlier and never
 * acknowledged.  Makes the group (at 0, MKSTREAM) where it is missing.
 * 1: *out is filled; 0: none; -1: no Redis (the caller waits a little). */
struct stream_reader;
struct stream_reader *stream_reader_new(struct redis *r, const char *consumer);
void stream_reader_free(struct stream_reader *s);
int stream_read(struct stream_reader *s, int block_ms,
                struct stream_entry *out);

/* Entries delivered to a consumer that fell silent for `idle_ms`, now
 * `consumer`'s (XAUTOCLAIM).  At most `max`; the count, or -1.  `grading` is
 * 0 in what is not an entry of ours. */
int stream_reclaim(struct redis *r, const char *consumer, int64_t idle_ms,
                   struct stream_entry *out, int max);

/* XACK + XDEL: done with this entry. */
enum err stream_done(struct redis *r, const struct stream_entry *e);

/* XLEN of a class; -1 when there is no Redis. */
int64_t stream_length(struct redis *r, enum stream_class c);

/* The gradings of at most `max` entries that no consumer was given yet, oldest
 * first; the count, or -1. */
int stream_undelivered(struct redis *r, enum stream_class c, int64_t *gradings,
                       int max);

/* Drop entries that were acknowledged but not deleted (a crash in between):
 * all that are older than the oldest one some consumer still holds. */
enum err stream_trim(struct redis *r, enum stream_class c);

/* The bell of `?wait=`: a short-lived stream per grading, written before the
 * PUBLISH, kept 60 s, so that a waiter who comes late still hears it. */
enum err stream_bell_ring(struct redis *r, int64_t grading);
/* Block up to `wait_ms`, on top of the connection's timeout.  1 rang, 0 not,
 * -1 no Redis. */
int stream_bell_wait(struct redis *r, int64_t grading, int64_t wait_ms);

#endif
