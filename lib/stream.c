#include "lib/stream.h"

#include "lib/fault.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/redis_internal.h"
#include "lib/text.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* of a consumer's own history, read after a reconnect, per class */
    HISTORY_MAX = 64,
    HELD_MAX = STREAM_CLASSES * HISTORY_MAX
};

static const char *const names[STREAM_CLASSES] = {
    [STREAM_AGAIN] = "{graderQueue}:again", [STREAM_LIVE] = "graderQueue",
    [STREAM_GUEST] = "{graderQueue}:guest", [STREAM_RUN] = "{graderQueue}:run",
    [STREAM_BULK] = "{graderQueue}:bulk",
};
static const char *const classes[STREAM_CLASSES] = {
    [STREAM_AGAIN] = "again", [STREAM_LIVE] = "live", [STREAM_GUEST] = "guest",
    [STREAM_RUN] = "run",     [STREAM_BULK] = "bulk",
};

struct stream_reader {
    struct redis *redis; /* borrowed */
    char *consumer;
    uint64_t epoch; /* of the connection whose history was read */
    /* Delivered, but not handed out yet: COUNT 1 over several streams may
     * return one entry of each. */
    struct stream_entry held[HELD_MAX];
    size_t nheld;
};

const char *
stream_name(enum stream_class c)
{
    return names[c];
}

const char *
stream_class_name(enum stream_class c)
{
    return classes[c];
}

enum stream_class
stream_class_of(const char *name)
{
    for (int c = 0; c < STREAM_CLASSES; c++)
        if (strcmp(classes[c], name) == 0)
            return (enum stream_class)c;
    return STREAM_LIVE;
}

enum stream_class
stream_again(enum stream_class c)
{
    return c == STREAM_LIVE ? STREAM_AGAIN : c;
}

static int
class_of(const char *name)
{
    for (int c = 0; c < STREAM_CLASSES; c++)
        if (strcmp(names[c], name) == 0)
            return c;
    return -1;
}

static void
release(redisReply *reply)
{
    if (reply != NULL)
        freeReplyObject(reply);
}

enum err
stream_ring(struct redis *r, enum stream_class c, int64_t grading)
{
    redisReply *reply = redis_run(r, 0, "XADD %s * grading %lld", names[c],
                                  (long long)grading);
    enum err e = redis_fine(r, reply, "XADD") ? ERR_OK : ERR_UNAVAILABLE;
    release(reply);
    return e;
}

enum err
stream_done(struct redis *r, const struct stream_entry *e)
{
    /* Not a transaction: when only the XACK gets through, the entry is nobody's
     * and stays until stream_trim(). */
    redisReply *ack = redis_run(r, 0, "XACK %s " STREAM_GROUP " %s",
                                names[e->class], e->id);
    redisReply *del = NULL;
    FAULT("done.acked");
    if (ack != NULL)
        del = redis_run(r, 0, "XDEL %s %s", names[e->class], e->id);
    /* NOGROUP: the queue was emptied under us, so it is done */
    bool ok = (redis_says(ack, "NOGROUP") || redis_fine(r, ack, "XACK")) &&
              redis_fine(r, del, "XDEL");
    release(ack);
    release(del);
    return ok ? ERR_OK : ERR_UNAVAILABLE;
}

/* Read one entry, [id, [field, value, …]], as XREADGROUP, XAUTOCLAIM and
 * XRANGE give it.  False: not one of ours, or deleted meanwhile; its id is
 * filled where there is one. */
static bool
read_entry(const redisReply *r, enum stream_class c, struct stream_entry *out)
{
    memset(out, 0, sizeof *out);
    out->class = c;
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 ||
        r->element[0]->type != REDIS_REPLY_STRING ||
        r->element[0]->len >= sizeof out->id)
        return false;
    memcpy(out->id, r->element[0]->str, r->element[0]->len);
    const redisReply *fields = r->element[1];
    if (fields->type != REDIS_REPLY_ARRAY)
        return false;
    for (size_t i = 0; i + 1 < fields->elements; i += 2)
        if (fields->element[i]->type == REDIS_REPLY_STRING &&
            strcmp(fields->element[i]->str, "grading") == 0 &&
            fields->element[i + 1]->type == REDIS_REPLY_STRING)
            return text_to_int(fields->element[i + 1]->str, 1, INT64_MAX,
                               &out->grading);
    return false;
}

/* Take the entries of an XREADGROUP reply, [[stream, [entry, …]], …].  What is
 * not ours is acknowledged at once, or it would come back for ever. */
static void
hold(struct stream_reader *s, const redisReply *reply)
{
    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY)
        return;
    for (size_t i = 0; i < reply->elements; i++) {
        const redisReply *pair = reply->element[i];
        if (pair->type != REDIS_REPLY_ARRAY || pair->elements != 2 ||
            pair->element[0]->type != REDIS_REPLY_STRING)
            continue;
        int c = class_of(pair->element[0]->str);
        const redisReply *list = pair->element[1];
        for (size_t j = 0; c >= 0 && j < list->elements; j++) {
            struct stream_entry e;
            if (!read_entry(list->element[j], (enum stream_class)c, &e)) {
                if (e.id[0] != '\0')
                    stream_done(s->redis, &e);
            } else if (s->nheld < HELD_MAX) {
                s->held[s->nheld++] = e;
            }
        }
    }
}

/* Make the group on every stream that lacks it.  At 0, never at $: what was
 * rung before the group existed counts too. */
static bool
make_groups(struct redis *r)
{
    for (int c = 0; c < STREAM_CLASSES; c++) {
        redisReply *reply = redis_run(
            r, 0, "XGROUP CREATE %s " STREAM_GROUP " 0 MKSTREAM", names[c]);
        bool ok = redis_says(reply, "BUSYGROUP") ||
                  redis_fine(r, reply, "XGROUP CREATE");
        release(reply);
        if (!ok)
            return false;
    }
    return true;
}

/* NOGROUP: the stream or its group is gone (FLUSHALL, DEL, XGROUP DESTROY, a
 * cut AOF).  UNBLOCKED: it went while we waited. */
static bool
group_is_gone(const redisReply *reply)
{
    return redis_says(reply, "NOGROUP") || redis_says(reply, "UNBLOCKED");
}

/* What to read: one class without waiting, the two most urgent ones in one
 * question (most reads end there), all of them and wait, or again what this
 * consumer had been given. */
enum what {
    ONE,
    URGENT,
    ANY,
    HISTORY
};

static redisReply *
read_group(struct stream_reader *s, enum what what, enum stream_class c,
           int64_t block_ms)
{
    switch (what) {
    case ONE:
        return redis_run(s->redis, 0,
                         "XREADGROUP GROUP " STREAM_GROUP
                         " %s COUNT 1 STREAMS %s >",
                         s->consumer, names[c]);
    case URGENT:
        return redis_run(s->redis, 0,
                         "XREADGROUP GROUP " STREAM_GROUP
                         " %s COUNT 1 STREAMS %s %s > >",
                         s->consumer, names[0], names[1]);
    case ANY:
        return redis_run(s->redis, block_ms,
                         "XREADGROUP GROUP " STREAM_GROUP
                         " %s COUNT 1 BLOCK %lld STREAMS %s %s %s %s %s"
                         " > > > > >",
                         s->consumer, (long long)block_ms, names[0], names[1],
                         names[2], names[3], names[4]);
    case HISTORY:
        break;
    }
    return redis_run(s->redis, 0,
                     "XREADGROUP GROUP " STREAM_GROUP
                     " %s COUNT %d STREAMS %s %s %s %s %s 0 0 0 0 0",
                     s->consumer, HISTORY_MAX, names[0], names[1], names[2],
                     names[3], names[4]);
}

/* One XREADGROUP into s->held; makes the group once where it is missing.
 * False: no Redis. */
static bool
fetch(struct stream_reader *s, enum what what, enum stream_class c,
      int64_t block_ms)
{
    redisReply *reply = read_group(s, what, c, block_ms);
    if (group_is_gone(reply)) {
        log_warn("queue is gone, making it again", "error=\"%s\"", reply->str);
        release(reply);
        if (!make_groups(s->redis))
            return false;
        reply = read_group(s, what, c, block_ms);
        if (group_is_gone(reply)) {
            release(reply); /* once more next time; no loop here */
            return true;
        }
    }
    bool ok = redis_fine(s->redis, reply, "XREADGROUP");
    if (ok)
        hold(s, reply);
    release(reply);
    return ok;
}

/* Hand out the held entry of the most urgent class, oldest first. */
static bool
hand_out(struct stream_reader *s, struct stream_entry *out)
{
    size_t best = 0;
    if (s->nheld == 0)
        return false;
    for (size_t i = 1; i < s->nheld; i++)
        if (s->held[i].class < s->held[best].class)
            best = i;
    *out = s->held[best];
    s->nheld--;
    memmove(&s->held[best], &s->held[best + 1],
            (s->nheld - best) * sizeof s->held[0]);
    return true;
}

struct stream_reader *
stream_reader_new(struct redis *r, const char *consumer)
{
    struct stream_reader *s = xcalloc(1, sizeof *s);
    s->redis = r;
    s->consumer = xstrdup(consumer);
    return s;
}

void
stream_reader_free(struct stream_reader *s)
{
    if (s == NULL)
        return;
    free(s->consumer);
    free(s);
}

/* After a (re)connect: what was delivered to this consumer before, by a reply
 * that was lost on the way or to a process that died. */
static bool
fetch_history(struct stream_reader *s)
{
    if (redis_epoch(s->redis) == s->epoch && s->epoch != 0)
        return true;
    s->nheld = 0; /* all of it is in the history, too */
    if (!fetch(s, HISTORY, STREAM_AGAIN, 0))
        return false;
    s->epoch = redis_epoch(s->redis);
    return true;
}

int
stream_read(struct stream_reader *s, int block_ms, bool bulk_first,
            struct stream_entry *out)
{
    static const struct {
        enum what what;
        enum stream_class class;
    } order[] = {
        {ONE, STREAM_BULK}, /* in its turn only */
        {URGENT, STREAM_AGAIN}, {ONE, STREAM_GUEST},
        {ONE, STREAM_RUN},      {ONE, STREAM_BULK},
    };
    if (!fetch_history(s))
        return -1;
    if (hand_out(s, out))
        return 1;
    for (size_t i = bulk_first ? 0 : 1; i < sizeof order / sizeof order[0];
         i++) {
        if (!fetch(s, order[i].what, order[i].class, 0))
            return -1;
        if (hand_out(s, out))
            return 1;
    }
    if (block_ms <= 0)
        return 0;
    if (!fetch(s, ANY, STREAM_AGAIN, block_ms))
        return -1;
    return hand_out(s, out) ? 1 : 0;
}

/* One class of stream_reclaim(). */
static int
reclaim_class(struct redis *r, enum stream_class c, const char *consumer,
              int64_t idle_ms, struct stream_entry *out, int max)
{
    int n = -1;
    redisReply *reply = redis_run(
        r, 0, "XAUTOCLAIM %s " STREAM_GROUP " %s %lld 0 COUNT %d", names[c],
        consumer, (long long)idle_ms, max);
    if (redis_says(reply, "NOGROUP")) {
        n = 0; /* the next read makes it */
    } else if (redis_fine(r, reply, "XAUTOCLAIM") &&
               reply->type == REDIS_REPLY_ARRAY && reply->elements >= 2) {
        const redisReply *list = reply->element[1];
        n = 0;
        for (size_t i = 0; i < list->elements && n < max; i++)
            if (read_entry(list->element[i], c, &out[n]) ||
                out[n].id[0] != '\0')
                n++;
    }
    release(reply);
    return n;
}

int
stream_reclaim(struct redis *r, const char *consumer, int64_t idle_ms,
               struct stream_entry *out, int max)
{
    int n = 0;
    for (int c = 0; c < STREAM_CLASSES && n < max; c++) {
        int got = reclaim_class(r, (enum stream_class)c, consumer, idle_ms,
                                out + n, max - n);
        if (got < 0)
            return -1;
        n += got;
    }
    return n;
}

int64_t
stream_length(struct redis *r, enum stream_class c)
{
    int64_t n = -1;
    redisReply *reply = redis_run(r, 0, "XLEN %s", names[c]);
    if (redis_fine(r, reply, "XLEN") && reply->type == REDIS_REPLY_INTEGER)
        n = reply->integer;
    release(reply);
    return n;
}

/* The last id that the group was given; "0-0" when there is no group. */
static bool
last_delivered(struct redis *r, enum stream_class c, char out[48])
{
    redisReply *reply = redis_run(r, 0, "XINFO GROUPS %s", names[c]);
    bool ok = redis_says(reply, "ERR no such key") ||
              redis_fine(r, reply, "XINFO GROUPS");
    snprintf(out, 48, "0-0");
    for (size_t i = 0; ok && i < reply->elements; i++) {
        const redisReply *group = reply->element[i];
        const char *name = "", *last = "0-0";
        for (size_t j = 0; j + 1 < group->elements; j += 2) {
            if (strcmp(group->element[j]->str, "name") == 0)
                name = group->element[j + 1]->str;
            else if (strcmp(group->element[j]->str, "last-delivered-id") == 0)
                last = group->element[j + 1]->str;
        }
        if (strcmp(name, STREAM_GROUP) == 0)
            snprintf(out, 48, "%s", last);
    }
    release(reply);
    return ok;
}

int
stream_undelivered(struct redis *r, enum stream_class c, int64_t *gradings,
                   int max)
{
    char last[48];
    int n = -1;
    redisReply *reply = NULL;

    if (!last_delivered(r, c, last))
        return -1;
    reply = redis_run(r, 0, "XRANGE %s (%s + COUNT %d", names[c], last, max);
    if (redis_fine(r, reply, "XRANGE") && reply->type == REDIS_REPLY_ARRAY) {
        n = 0;
        for (size_t i = 0; i < reply->elements && n < max; i++) {
            struct stream_entry e;
            if (read_entry(reply->element[i], c, &e))
                gradings[n++] = e.grading;
        }
    }
    release(reply);
    return n;
}

/* The id that comes after this one: "5-7" becomes "5-8". */
static void
next_id(char id[48])
{
    char *seq = strchr(id, '-');
    if (seq != NULL)
        snprintf(seq, 48 - (size_t)(seq - id), "-%llu",
                 strtoull(seq + 1, NULL, 10) + 1);
}

/* Of what was delivered up to `out`, the oldest entry that some consumer still
 * holds; when none does, what comes after. */
static bool
oldest_pending(struct redis *r, enum stream_class c, char out[48])
{
    redisReply *reply = redis_run(r, 0, "XPENDING %s " STREAM_GROUP, names[c]);
    bool ok = redis_fine(r, reply, "XPENDING");
    if (ok && reply->type == REDIS_REPLY_ARRAY && reply->elements >= 2 &&
        reply->element[1]->type == REDIS_REPLY_STRING)
        snprintf(out, 48, "%s", reply->element[1]->str);
    else
        next_id(out);
    release(reply);
    return ok;
}

enum err
stream_trim(struct redis *r, enum stream_class c)
{
    char oldest[48];
    if (!last_delivered(r, c, oldest))
        return ERR_UNAVAILABLE;
    if (strcmp(oldest, "0-0") == 0)
        return ERR_OK; /* nothing was delivered, or no group */
    if (!oldest_pending(r, c, oldest))
        return ERR_UNAVAILABLE;
    redisReply *reply = redis_run(r, 0, "XTRIM %s MINID %s", names[c], oldest);
    enum err e = redis_fine(r, reply, "XTRIM") ? ERR_OK : ERR_UNAVAILABLE;
    release(reply);
    return e;
}
