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

#include <stdbool.h>
#include <stdint.h>

/* The queues, in one cluster slot, by class of work and in the order in which
 * they are read. */
enum stream_class {
    STREAM_AGAIN, /* live, and its turn has come before: it lost its grader, or
                     its ring */
    STREAM_LIVE,
    STREAM_GUEST, /* live, of anonymous users */
    STREAM_RUN,
    STREAM_BULK, /* self-tests, regrades */
    STREAM_CLASSES
};

#define STREAM_GROUP "graders"

/* "graderQueue"; of the others "{graderQueue}:again" and so on. */
const char *stream_name(enum stream_class c);

/* "again", "live", "guest", "run", "bulk"; what is none of them is live. */
const char *stream_class_name(enum stream_class c);
enum stream_class stream_class_of(const char *name);

/* Where to ring for work of this class whose turn has come before: live work
 * does not go to the end of the queue again. */
enum stream_class stream_again(enum stream_class c);

struct stream_entry {
    enum stream_class class;
    char id[48]; /* "1700000000000-0" */
    int64_t grading;
};

/* XADD the grading's id.  ERR_UNAVAILABLE when Redis is not there; then the
 * janitor rings later. */
enum err stream_ring(struct redis *r, enum stream_class c, int64_t grading);

/* Wait up to `block_ms` for an entry for `consumer`, in the order of the
 * classes, or bulk before all others; and before that, after each (re)connect,
 * what this consumer was given earlier and never acknowledged.  Makes the
 * group (at 0, MKSTREAM) where it is missing.
 * 1: *out is filled; 0: none; -1: no Redis (the caller waits a little). */
struct stream_reader;
struct stream_reader *stream_reader_new(struct redis *r, const char *consumer);
void stream_reader_free(struct stream_reader *s);
int stream_read(struct stream_reader *s, int block_ms, bool bulk_first,
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
 * all that were delivered and are older than what some consumer still holds. */
enum err stream_trim(struct redis *r, enum stream_class c);

#endif
