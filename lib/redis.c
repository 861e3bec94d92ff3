#include "lib/redis.h"

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/redis_internal.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum {
    REFUSALS_LOGGED_EVERY_MS = 5000
};

struct redis {
    redisContext *context; /* NULL: not connected */
    int64_t timeout_ms;
    int64_t retry_at;  /* clock_ms(); before it, calls fail at once */
    int64_t logged_at; /* the last refusal that was logged */
    uint64_t epoch;
    bool down; /* said so already */
};

struct redis *
redis_new(int timeout_ms)
{
    struct redis *r = xcalloc(1, sizeof *r);
    r->timeout_ms = timeout_ms > 0 ? timeout_ms : conf()->redis_timeout_ms;
    r->logged_at = -REFUSALS_LOGGED_EVERY_MS;
    /* hiredis writes without MSG_NOSIGNAL: a Redis that went away would kill
     * the program */
    signal(SIGPIPE, SIG_IGN);
    return r;
}

void
redis_free(struct redis *r)
{
    if (r == NULL)
        return;
    if (r->context != NULL)
        redisFree(r->context);
    free(r);
}

void
redis_reset(struct redis *r)
{
    if (r->context != NULL)
        redisFree(r->context);
    r->context = NULL;
    r->retry_at = 0;
}

uint64_t
redis_epoch(const struct redis *r)
{
    return r->epoch;
}

/* The breaker opens. */
static void
lost(struct redis *r, const char *why)
{
    if (!r->down)
        log_warn("redis is away", "where=%s error=\"%s\"", conf()->redis, why);
    r->down = true;
    redis_reset(r);
    r->retry_at = clock_ms() + conf()->redis_retry_ms;
}

static struct timeval
as_timeval(int64_t ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
}

/* tcp:HOST:PORT, where HOST may be [an IPv6 address]. */
static redisContext *
connect_tcp(const char *where, struct timeval timeout)
{
    redisContext *c = NULL;
    const char *colon = strrchr(where, ':');
    if (colon == NULL)
        return NULL;
    char *host = xstrndup(where, (size_t)(colon - where));
    size_t n = strlen(host);
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        memmove(host, host + 1, n - 1);
    }
    c = redisConnectWithTimeout(host, atoi(colon + 1), timeout);
    if (c != NULL && c->err == 0)
        redisEnableKeepAlive(c);
    free(host);
    return c;
}

/* AUTH, where there is a password. */
static bool
authenticate(redisContext *c, const char **why)
{
    char *password = conf_secret(conf()->redis_password_file);
    if (password == NULL)
        return true;
    redisReply *reply = redisCommand(c, "AUTH %s", password);
    bool ok = reply != NULL && reply->type != REDIS_REPLY_ERROR;
    if (!ok)
        *why = "AUTH refused";
    if (reply != NULL)
        freeReplyObject(reply);
    explicit_bzero(password, strlen(password));
    free(password);
    return ok;
}

static bool
connected(struct redis *r)
{
    const char *where = conf()->redis;
    const char *why = "expected unix:PATH or tcp:HOST:PORT";
    struct timeval timeout = as_timeval(r->timeout_ms);
    redisContext *c = NULL;

    if (r->context != NULL)
        return true;
    if (clock_ms() < r->retry_at)
        return false;
    if (strncmp(where, "unix:", 5) == 0)
        c = redisConnectUnixWithTimeout(where + 5, timeout);
    else if (strncmp(where, "tcp:", 4) == 0)
        c = connect_tcp(where + 4, timeout);
    if (c != NULL && c->err != 0)
        why = c->errstr;
    if (c == NULL || c->err != 0 || redisSetTimeout(c, timeout) != REDIS_OK ||
        fcntl(c->fd, F_SETFD, FD_CLOEXEC) != 0 || !authenticate(c, &why)) {
        lost(r, why);
        if (c != NULL)
            redisFree(c);
        return false;
    }
    r->context = c;
    r->epoch++;
    return true;
}

struct redisReply *
redis_run(struct redis *r, int64_t block_ms, const char *fmt, ...)
{
    va_list ap;
    if (!connected(r))
        return NULL;
    if (block_ms > 0)
        redisSetTimeout(r->context, as_timeval(r->timeout_ms + block_ms));
    va_start(ap, fmt);
    redisReply *reply = redisvCommand(r->context, fmt, ap);
    va_end(ap);
    if (reply == NULL) {
        lost(r, r->context->errstr);
        return NULL;
    }
    if (block_ms > 0)
        redisSetTimeout(r->context, as_timeval(r->timeout_ms));
    if (r->down)
        log_info("redis is back", "where=%s", conf()->redis);
    r->down = false;
    return reply;
}

bool
redis_says(const struct redisReply *reply, const char *word)
{
    return reply != NULL && reply->type == REDIS_REPLY_ERROR &&
           strncmp(reply->str, word, strlen(word)) == 0;
}

bool
redis_fine(struct redis *r, const struct redisReply *reply, const char *what)
{
    if (reply == NULL)
        return false;
    if (reply->type != REDIS_REPLY_ERROR)
        return true;
    if (clock_ms() - r->logged_at >= REFUSALS_LOGGED_EVERY_MS) {
        log_warn("redis refused", "command=%s error=\"%s\"", what, reply->str);
        r->logged_at = clock_ms();
    }
    if (redis_says(reply, "READONLY") || redis_says(reply, "LOADING")) {
        redis_reset(r);
        r->retry_at = clock_ms() + conf()->redis_retry_ms;
    }
    return false;
}

/* Free a reply whose content nobody needs; was it fine? */
static bool
settle(struct redis *r, redisReply *reply, const char *what)
{
    bool ok = redis_fine(r, reply, what);
    if (reply != NULL)
        freeReplyObject(reply);
    return ok;
}

char *
redis_get(struct redis *r, const char *key, size_t *size)
{
    char *data = NULL;
    redisReply *reply = redis_run(r, 0, "GET %s", key);
    *size = 0;
    if (redis_fine(r, reply, "GET") && reply->type == REDIS_REPLY_STRING) {
        data = xmalloc(reply->len + 1);
        memcpy(data, reply->str, reply->len);
        data[reply->len] = '\0';
        *size = reply->len;
    }
    if (reply != NULL)
        freeReplyObject(reply);
    return data;
}

void
redis_set(struct redis *r, const char *key, const void *data, size_t size,
          int64_t ttl_seconds)
{
    settle(r,
           redis_run(r, 0, "SET %s %b EX %lld", key, data, size,
                     (long long)ttl_seconds),
           "SET");
}

void
redis_del(struct redis *r, const char *key)
{
    settle(r, redis_run(r, 0, "DEL %s", key), "DEL");
}

enum err
redis_ping(struct redis *r)
{
    return settle(r, redis_run(r, 0, "PING"), "PING") ? ERR_OK
                                                      : ERR_UNAVAILABLE;
}

char *
redis_info(struct redis *r, const char *section, const char *field)
{
    char *value = NULL;
    redisReply *reply = redis_run(r, 0, "INFO %s", section);
    if (redis_fine(r, reply, "INFO") && reply->type == REDIS_REPLY_STRING) {
        size_t n = strlen(field);
        for (const char *line = reply->str; line != NULL;
             line = strchr(line, '\n')) {
            line += *line == '\n';
            if (strncmp(line, field, n) == 0 && line[n] == ':') {
                value = xstrndup(line + n + 1, strcspn(line + n + 1, "\r\n"));
                break;
            }
        }
    }
    if (reply != NULL)
        freeReplyObject(reply);
    return value;
}
