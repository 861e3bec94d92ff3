/* Is the system well?
 *
 *   GET /api/health   200, or 503 when nothing can be accepted
 *   GET /metrics      Prometheus' text format; nginx lets loopback in only
 *
 * Redis and the graders may be away without a submission being refused or
 * lost, so without them the status is `degraded`, and still 200; so it is while
 * the disk is too full to accept any, because all else works.
 *
 * Every program keeps its counters in a file under run_dir, which all its
 * workers share; the metrics are those files, one after the other, and a few
 * gauges read from PostgreSQL and Redis at this moment.
 */
#include "core/handler.h"
#include "core/status.h"
#include "lib/conf.h"
#include "lib/counters.h"
#include "lib/disk.h"
#include "lib/http.h"
#include "lib/mem.h"
#include "lib/stream.h"

#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static enum err
get_health(struct http_request *r)
{
    struct status s;
    bool database = status_read(r->db, &s) == ERR_OK;
    bool redis = redis_ping(r->redis) == ERR_OK;
    bool graders = s.languages > 0;
    enum disk disk = disk_state();
    bool well = redis && graders && disk != DISK_LOW;
    const char *word = !database ? "down" : (well ? "ok" : "degraded");

    if (!database)
        http_set_header(r, "Retry-After", "2");
    if (http_wants_text(r))
        return http_reply_text(r, database ? 200 : 503, "%s", word);
    struct json *j = json_object(), *queue = json_object();
    json_add_text(j, "status", word);
    json_add_bool(j, "database", database);
    json_add_bool(j, "redis", redis);
    json_add_bool(j, "graders", graders);
    if (disk == DISK_UNWATCHED)
        json_add_null(j, "disk");
    else
        json_add_text(j, "disk", disk == DISK_LOW ? "low" : "ok");
    if (database) {
        json_add_int(queue, "length", s.queued);
        json_add_number(queue, "oldest_seconds", s.oldest_seconds);
    } else {
        json_add_null(queue, "length");
        json_add_null(queue, "oldest_seconds");
    }
    json_add(j, "queue", queue);
    return http_reply_json(r, database ? 200 : 503, j);
}

/* -- metrics -- */

/* Series of one metric must stand together, below its TYPE line, while each
 * file holds one program's: so they are sorted first. */
struct series {
    struct {
        char name[COUNTER_NAME_MAX];
        uint64_t value;
    } * of;
    size_t count;
    size_t capacity;
};

static void
collect(void *cookie, const char *name, uint64_t value)
{
    struct series *s = cookie;
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 64;
        s->of = xrealloc(s->of, s->capacity * sizeof *s->of);
    }
    snprintf(s->of[s->count].name, COUNTER_NAME_MAX, "%s", name);
    s->of[s->count++].value = value;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(a, b); /* the name is the first member */
}

static void
read_counters(struct series *s)
{
    glob_t g;
    char *pattern = xasprintf("%s/*.counters", conf()->run_dir);
    if (glob(pattern, 0, NULL, &g) == 0) {
        for (size_t i = 0; i < g.gl_pathc; i++)
            counters_read(g.gl_pathv[i], collect, s);
        globfree(&g);
    }
    free(pattern);
    if (s->count > 0)
        qsort(s->of, s->count, sizeof *s->of, by_name);
}

static bool
only_grows(const char *name, size_t n)
{
    return (n > 6 && strncmp(name + n - 6, "_total", 6) == 0) ||
           (n > 6 && strncmp(name + n - 6, "_count", 6) == 0);
}

static void
add_counters(struct buf *b)
{
    struct series s = {0};
    size_t metric = 0;

    read_counters(&s);
    for (size_t i = 0; i < s.count; i++) {
        const char *name = s.of[i].name;
        size_t n = strcspn(name, "{");
        if (i == 0 || n != metric || strncmp(name, s.of[i - 1].name, n) != 0)
            buf_fmt(b, "# TYPE %.*s %s\n", (int)n, name,
                    only_grows(name, n) ? "counter" : "gauge");
        metric = n;
        buf_fmt(b, "%s %" PRIu64 "\n", name, s.of[i].value);
    }
    free(s.of);
}

static void
add_gauge(struct buf *b, const char *name, double value)
{
    buf_fmt(b, "# TYPE %s gauge\n%s %.17g\n", name, name, value);
}

/* Of each class of the queue. */
static void
add_streams(struct buf *b, struct redis *redis)
{
    int64_t length[STREAM_CLASSES];
    bool up = true;
    for (int c = 0; up && c < STREAM_CLASSES; c++) {
        length[c] = stream_length(redis, (enum stream_class)c);
        up = length[c] >= 0;
    }
    add_gauge(b, "assay_redis_up", up);
    if (!up)
        return;
    buf_str(b, "# TYPE assay_stream_length gauge\n");
    for (int c = 0; c < STREAM_CLASSES; c++)
        buf_fmt(b, "assay_stream_length{class=\"%s\"} %" PRId64 "\n",
                stream_class_name((enum stream_class)c), length[c]);
}

static enum err
get_metrics(struct http_request *r)
{
    struct status s;
    struct buf b = {0};
    bool database = status_read(r->db, &s) == ERR_OK;

    add_counters(&b);
    add_gauge(&b, "assay_database_up", database);
    add_streams(&b, r->redis);
    if (database) {
        add_gauge(&b, "assay_gradings_queued", (double)s.queued);
        add_gauge(&b, "assay_queue_oldest_seconds", s.oldest_seconds);
        add_gauge(&b, "assay_gradings_running", (double)s.running);
        add_gauge(&b, "assay_gradings_parked", (double)s.parked);
        add_gauge(&b, "assay_languages", (double)s.languages);
    }
    if (disk_state() != DISK_UNWATCHED) {
        add_gauge(&b, "assay_disk_free_bytes", (double)disk_free_bytes());
        add_gauge(&b, "assay_disk_reserve_bytes", (double)disk_reserve_bytes());
    }
    http_reply(r, 200, "text/plain; version=0.0.4; charset=utf-8", b.data,
               b.size);
    buf_free(&b);
    return ERR_OK;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/api/health", HTTP_NOBODY, get_health},
    {HTTP_GET, "/metrics", HTTP_NOBODY, get_metrics},
};

int
main(int argc, char **argv)
{
    return handler_main("status", routes, sizeof routes / sizeof routes[0],
                        false, argc, argv);
}
