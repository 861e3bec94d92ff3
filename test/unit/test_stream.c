/* The queue on a real redis-server, started in a temporary folder, and what
 * happens to it: lost replies, FLUSHALL, a stop, another group. */
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/mem.h"
#include "lib/redis.h"
#include "lib/bell.h"
#include "lib/stream.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    DEADLINE_MS = 10000
};

static char dir[] = "/tmp/assay-stream-XXXXXX";
static char sock[128];
static pid_t server;

static void
start_server(void)
{
    server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
               sock, "--dir", dir, "--save", "", NULL);
        _exit(127);
    }
    struct redis *r = redis_new(0);
    int64_t end = clock_ms() + DEADLINE_MS;
    while (redis_ping(r) != ERR_OK && clock_ms() < end) {
        clock_sleep(20);
        redis_reset(r);
    }
    assert_int_equal(redis_ping(r), ERR_OK);
    redis_free(r);
}

static void
stop_server(void)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}

/* A command of the administrator's, by the client that he would use. */
static void
cli(const char *a, const char *b, const char *c, const char *d)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        execlp("redis-cli", "redis-cli", "-s", sock, a, b, c, d, NULL);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static int
set_up(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL)
        return -1;
    snprintf(sock, sizeof sock, "%s/redis.sock", dir);
    char *where = xasprintf("unix:%s", sock);
    setenv("ASSAY_REDIS", where, 1);
    setenv("ASSAY_REDIS_TIMEOUT_MS", "1000", 1);
    setenv("ASSAY_REDIS_RETRY_MS", "300", 1);
    setenv("ASSAY_CONF", "/dev/null", 1);
    free(where);
    if (conf_load(NULL) != 0)
        return -1;
    start_server();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    stop_server();
    unlink(sock);
    return rmdir(dir);
}

/* Every test begins with an empty server, and one connection and reader. */
struct fixture {
    struct redis *r;
    struct stream_reader *s;
};

static int
begin(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    cli("FLUSHALL", NULL, NULL, NULL);
    f->r = redis_new(0);
    f->s = stream_reader_new(f->r, "host:0");
    *state = f;
    return 0;
}

static int
end(void **state)
{
    struct fixture *f = *state;
    stream_reader_free(f->s);
    redis_free(f->r);
    free(f);
    return 0;
}

static void
expect(struct fixture *f, enum stream_class class, int64_t grading)
{
    struct stream_entry e;
    assert_int_equal(stream_read(f->s, 2000, false, &e), 1);
    assert_int_equal(e.class, class);
    assert_int_equal(e.grading, grading);
    assert_int_equal(stream_done(f->r, &e), ERR_OK);
}

/* The ancestor made its group at $: what was rung before was never heard. */
static void
test_rung_before_the_group_exists(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(stream_ring(f->r, STREAM_LIVE, 7), ERR_OK);
    expect(f, STREAM_LIVE, 7);
    assert_int_equal(stream_length(f->r, STREAM_LIVE), 0);
}

/* Whose turn has come before, live, guests, run, bulk; or bulk before all. */
static void
test_classes_in_their_order(void **state)
{
    struct fixture *f = *state;
    struct stream_entry e;
    for (int c = STREAM_CLASSES - 1; c >= 0; c--)
        for (int i = 0; i < (c == STREAM_AGAIN ? 1 : 2); i++)
            stream_ring(f->r, (enum stream_class)c, 10 * c + i + 1);
    assert_int_equal(stream_read(f->s, 2000, true, &e), 1);
    assert_int_equal(e.class, STREAM_BULK);
    assert_int_equal(e.grading, 10 * STREAM_BULK + 1);
    stream_done(f->r, &e);
    expect(f, STREAM_AGAIN, 1);
    for (int c = STREAM_LIVE; c < STREAM_BULK; c++)
        for (int i = 0; i < 2; i++)
            expect(f, (enum stream_class)c, 10 * c + i + 1);
    expect(f, STREAM_BULK, 10 * STREAM_BULK + 2);
    /* nothing of bulk there: the others do not wait for it */
    stream_ring(f->r, STREAM_GUEST, 7);
    assert_int_equal(stream_read(f->s, 0, true, &e), 1);
    assert_int_equal(e.grading, 7);
}

static void
test_waits_and_is_woken(void **state)
{
    struct fixture *f = *state;
    struct stream_entry e;
    int64_t before = clock_ms();
    assert_int_equal(stream_read(f->s, 300, false, &e), 0);
    assert_true(clock_ms() - before >= 290);
    pid_t pid = fork();
    if (pid == 0) {
        clock_sleep(200);
        /* one of each at once: COUNT 1 may return all of them */
        struct redis *r = redis_new(0);
        for (int c = STREAM_CLASSES - 1; c >= 0; c--)
            stream_ring(r, (enum stream_class)c, 10 + c);
        _exit(0);
    }
    int64_t sum = 0;
    for (int i = 0; i < STREAM_CLASSES; i++) {
        assert_int_equal(stream_read(f->s, 5000, false, &e), 1);
        stream_done(f->r, &e);
        sum += e.grading;
    }
    assert_int_equal(sum, 10 + 11 + 12 + 13 + 14);
    waitpid(pid, NULL, 0);
}

/* FLUSHALL, DEL and XGROUP DESTROY, while idle and while somebody waits. */
static void
test_group_is_made_again(void **state)
{
    struct fixture *f = *state;
    struct stream_entry e;
    static const char *const how[][4] = {
        {"FLUSHALL", NULL, NULL, NULL},
        {"DEL", "graderQueue", NULL, NULL},
        {"XGROUP", "DESTROY", "graderQueue", STREAM_GROUP},
    };
    for (size_t i = 0; i < sizeof how / sizeof how[0]; i++) {
        assert_int_equal(stream_read(f->s, 0, false, &e), 0);
        cli(how[i][0], how[i][1], how[i][2], how[i][3]);
        stream_ring(f->r, STREAM_LIVE, (int64_t)i + 1);
        expect(f, STREAM_LIVE, (int64_t)i + 1);
    }
    for (size_t i = 0; i < sizeof how / sizeof how[0]; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct redis *r = redis_new(0);
            clock_sleep(200);
            cli(how[i][0], how[i][1], how[i][2], how[i][3]);
            clock_sleep(200);
            stream_ring(r, STREAM_LIVE, 77);
            _exit(0);
        }
        expect(f, STREAM_LIVE, 77);
        waitpid(pid, NULL, 0);
    }
}

/* A reader that dies with an entry finds it again under the same name. */
static void
test_history_of_the_same_consumer(void **state)
{
    struct fixture *f = *state;
    struct stream_entry e;
    stream_ring(f->r, STREAM_LIVE, 1);
    stream_ring(f->r, STREAM_LIVE, 2);
    assert_int_equal(stream_read(f->s, 0, false, &e), 1);
    assert_int_equal(e.grading, 1);

    struct fixture again = {.r = redis_new(0)};
    again.s = stream_reader_new(again.r, "host:0");
    expect(&again, STREAM_LIVE, 1);
    expect(&again, STREAM_LIVE, 2);
    assert_int_equal(stream_read(again.s, 0, false, &e), 0);
    stream_reader_free(again.s);
    redis_free(again.r);
}

static void
test_reclaim(void **state)
{
    struct fixture *f = *state;
    struct stream_entry e, got[4];
    stream_ring(f->r, STREAM_BULK, 5);
    assert_int_equal(stream_read(f->s, 0, false, &e), 1);
    assert_int_equal(stream_reclaim(f->r, "other:j", 60000, got, 4), 0);
    int64_t until = clock_ms() + DEADLINE_MS;
    while (stream_reclaim(f->r, "other:j", 100, got, 4) == 0)
        assert_true(clock_ms() < until);
    assert_int_equal(got[0].grading, 5);
    assert_int_equal(got[0].class, STREAM_BULK);
    assert_int_equal(stream_done(f->r, &got[0]), ERR_OK);
    assert_int_equal(stream_length(f->r, STREAM_BULK), 0);
    /* without a stream there is nothing to reclaim, and no error */
    cli("FLUSHALL", NULL, NULL, NULL);
    assert_int_equal(stream_reclaim(f->r, "other:j", 0, got, 4), 0);
}

static void
test_undelivered_and_trim(void **state)
{
    struct fixture *f = *state;
    int64_t ids[8];
    struct stream_entry e;
    assert_int_equal(stream_undelivered(f->r, STREAM_LIVE, ids, 8), 0);
    for (int i = 1; i <= 4; i++)
        stream_ring(f->r, STREAM_LIVE, i);
    assert_int_equal(stream_undelivered(f->r, STREAM_LIVE, ids, 8), 4);
    assert_int_equal(stream_undelivered(f->r, STREAM_LIVE, ids, 2), 2);
    assert_int_equal(stream_read(f->s, 0, false, &e), 1);
    assert_int_equal(stream_undelivered(f->r, STREAM_LIVE, ids, 8), 3);
    assert_int_equal(ids[0], 2);
    /* acknowledged, but the grader died before the XDEL */
    cli("XACK", "graderQueue", STREAM_GROUP, e.id);
    assert_int_equal(stream_read(f->s, 0, false, &e), 1);
    assert_int_equal(stream_length(f->r, STREAM_LIVE), 4);
    assert_int_equal(stream_trim(f->r, STREAM_LIVE), ERR_OK);
    assert_int_equal(stream_length(f->r, STREAM_LIVE), 3);
    assert_int_equal(stream_done(f->r, &e), ERR_OK);
    expect(f, STREAM_LIVE, 3);
    expect(f, STREAM_LIVE, 4);
}

/* What is not ours does not stop the queue, and does not come back. */
static void
test_foreign_entry(void **state)
{
    struct fixture *f = *state;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("redis-cli", "redis-cli", "-s", sock, "XADD", "graderQueue", "*",
               "grading", "nonsense", NULL);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    stream_ring(f->r, STREAM_LIVE, 3);
    expect(f, STREAM_LIVE, 3);
    assert_int_equal(stream_length(f->r, STREAM_LIVE), 0);
}

static void
test_bell(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(bell_wait(f->r, 9, 50), 0);
    assert_int_equal(bell_ring(f->r, 9), ERR_OK);
    assert_int_equal(bell_wait(f->r, 9, 5000), 1); /* late, yet heard */
    assert_int_equal(bell_wait(f->r, 8, 50), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct redis *r = redis_new(0);
        clock_sleep(1500); /* longer than the command timeout */
        bell_ring(r, 8);
        _exit(0);
    }
    assert_int_equal(bell_wait(f->r, 8, DEADLINE_MS), 1);
    waitpid(pid, NULL, 0);
}

/* Calls fail at once while Redis is away, and work again when it is back. */
static void
test_breaker(void **state)
{
    struct fixture *f = *state;
    struct stream_entry e;
    assert_int_equal(stream_read(f->s, 0, false, &e), 0);
    stop_server();
    assert_int_equal(stream_ring(f->r, STREAM_LIVE, 1), ERR_UNAVAILABLE);
    int64_t before = clock_ms();
    for (int i = 0; i < 1000; i++)
        assert_int_equal(stream_ring(f->r, STREAM_LIVE, 1), ERR_UNAVAILABLE);
    assert_true(clock_ms() - before < 250);
    assert_int_equal(stream_read(f->s, 100, false, &e), -1);
    start_server();
    int64_t until = clock_ms() + DEADLINE_MS;
    while (stream_ring(f->r, STREAM_LIVE, 2) != ERR_OK) {
        assert_true(clock_ms() < until);
        clock_sleep(20);
    }
    expect(f, STREAM_LIVE, 2); /* the group was made again, too */
}

/* A server that accepts and says nothing costs one timeout. */
static void
test_timeout(void **state)
{
    struct fixture *f = *state;
    struct redis *r = redis_new(100);
    assert_int_equal(redis_ping(r), ERR_OK);
    kill(server, SIGSTOP);
    int64_t before = clock_ms();
    assert_int_equal(redis_ping(r), ERR_UNAVAILABLE);
    assert_in_range(clock_ms() - before, 90, 800);
    kill(server, SIGCONT);
    redis_free(r);
    assert_int_equal(redis_ping(f->r), ERR_OK);
}

static void
test_cache(void **state)
{
    struct fixture *f = *state;
    size_t size = 0;
    assert_null(redis_get(f->r, "cache:x", &size));
    redis_set(f->r, "cache:x", "a\0b", 3, 60);
    char *data = redis_get(f->r, "cache:x", &size);
    assert_int_equal(size, 3);
    assert_memory_equal(data, "a\0b", 4);
    free(data);
    redis_del(f->r, "cache:x");
    assert_null(redis_get(f->r, "cache:x", &size));
    char *policy = redis_info(f->r, "memory", "maxmemory_policy");
    assert_string_equal(policy, "noeviction");
    free(policy);
    assert_null(redis_info(f->r, "memory", "maxmemory_polic"));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(test_rung_before_the_group_exists),
        T(test_classes_in_their_order),
        T(test_waits_and_is_woken),
        T(test_group_is_made_again),
        T(test_history_of_the_same_consumer),
        T(test_reclaim),
        T(test_undelivered_and_trim),
        T(test_foreign_entry),
        T(test_bell),
        T(test_breaker),
        T(test_timeout),
        T(test_cache),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
