/* Theory of operation.
 *
 * The parent reads the configuration, maps the counters and forks the
 * workers; then it only waits: a worker that ends is forked again (at most
 * ten a second), SIGTERM is passed on and ends the parent when the last
 * worker is gone.  Workers die with their parent (PDEATHSIG).
 *
 * A worker is single-threaded and blocking: accept, serve, finish.  Threads
 * were measured to bring nothing, and a worker that crashes takes one request
 * with it.  nginx must not keep connections open (fastcgi_keep_conn off): a
 * kept connection blocks its worker.
 *
 * SIGTERM interrupts accept() alone (no SA_RESTART, FAIL_ACCEPT_ON_INTR); a
 * request under way is finished.
 */
#include "lib/http.h"

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/counters.h"
#include "lib/http_impl.h"
#include "lib/log.h"
#include "lib/problem.h"
#include "lib/secret.h"

#include <errno.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    WORKERS_MAX = 1000
};

static volatile sig_atomic_t stopping;

/* Counters of this program. */
static struct {
    counter *by_class[6]; /* [2] is 2xx */
    counter *microseconds;
    counter *requests;
} count;

static void
on_term(int sig)
{
    (void)sig;
    stopping = 1;
    FCGX_ShutdownPending();
}

bool
http_stopping(void)
{
    return stopping != 0;
}

/* -- one request -- */

static ssize_t
read_stream(void *cookie, char *data, size_t size)
{
    return FCGX_GetStr(data, size > 65536 ? 65536 : (int)size, cookie);
}

/* nginx repeats our status line as it is, and HTTP wants a blank and words. */
static const char *
reason(int status)
{
    static const struct {
        int status;
        const char *words;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };
    for (size_t k = 0; k < sizeof reasons / sizeof reasons[0]; k++)
        if (reasons[k].status == status)
            return reasons[k].words;
    return "Other";
}

static void
write_reply(struct http_request *r, FCGX_Stream *out)
{
    const struct http_impl *i = r->impl;
    FCGX_FPrintF(out, "Status: %d %s\r\n", i->status, reason(i->status));
    FCGX_PutStr(i->headers.data, (int)i->headers.size, out);
    FCGX_PutStr("\r\n", 2, out);
    if (!i->head)
        FCGX_PutStr(i->out.data, (int)i->out.size, out);
}

/* Find the route, check, call.  Whatever happens, there is a reply. */
static void
serve(struct http_request *r)
{
    enum err e = http_find_route(r);

    if (e == ERR_OK && (r->route->need & HTTP_INTERNAL) &&
        http_env(r, "ASSAY_INTERNAL") == NULL)
        e = ERR_NOT_FOUND; /* only an internal location sets that parameter */
    if (e == ERR_OK)
        e = http_same_site(r);
    if (e == ERR_OK && r->app->admit != NULL)
        e = r->app->admit(r, r->route->need);
    if (e == ERR_OK)
        e = r->route->handle(r);
    if (!http_replied(r)) {
        if (e == ERR_OK)
            log_warn("a handler did not reply", "path=%s", r->path);
        e = e == ERR_OK ? ERR_INTERNAL : e;
        http_problem(r, e, NULL, "%s.", problem_of(e)->title);
    }
    if (r->impl->status >= 500) {
        const char *id = http_env(r, "REQUEST_ID");
        log_warn("request failed", "status=%d path=%s id=%s", r->impl->status,
                 r->path ? r->path : "", id ? id : "-");
    }
}

static void
handle_one(const struct http_app *app, FCGX_Request *f, struct db *db,
           struct redis *redis)
{
    int64_t start = clock_us();
    struct http_impl i = {
        .env = f->envp, .read = read_stream, .cookie = f->in, .status = 500};
    struct http_request r = {.app = app, .db = db, .redis = redis, .impl = &i};

    r.path = http_env(&r, "DOCUMENT_URI");
    http_parse_query(&r);
    serve(&r);
    write_reply(&r, f->out);
    FCGX_Finish_r(f);
    atomic_fetch_add(count.by_class[i.status / 100 % 6], 1);
    atomic_fetch_add(count.requests, 1);
    atomic_fetch_add(count.microseconds, (uint64_t)(clock_us() - start));
    http_request_free(&r);
}

static void
work(const struct http_app *app, int sock)
{
    FCGX_Request f;
    struct db *db = db_new(conf()->database_web);
    /* a waiter blocks in Redis for as long as ?wait= allows */
    struct redis *redis = redis_new(
        app->waits ? (int)(conf()->wait_max_seconds + 5) * 1000 : 0);

    db_set_check(db, app->connected);
    if (FCGX_Init() != 0 ||
        FCGX_InitRequest(&f, sock, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
        fatal("cannot start FastCGI", "fd=%d", sock);
    while (!stopping && FCGX_Accept_r(&f) == 0)
        handle_one(app, &f, db, redis);
    redis_free(redis);
    db_free(db);
}

/* -- the processes -- */

/* The parent hears these by sigwait() alone, so that none can slip in between
 * a check and a wait; the workers get them as ever. */
static sigset_t
parent_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    return set;
}

static pid_t
fork_worker(const struct http_app *app, int sock)
{
    struct sigaction sa = {.sa_handler = on_term}; /* no SA_RESTART */
    sigset_t set = parent_signals();
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigaction(SIGTERM, &sa, NULL);
    signal(SIGINT, SIG_IGN); /* Ctrl-C: the parent passes it on as SIGTERM */
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    if (getppid() == parent)
        work(app, sock);
    exit(0);
}

static int
worker_count(const struct http_app *app)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (app->waits)
        return (int)conf()->wait_workers;
    return conf()->workers > 0 ? (int)conf()->workers
                               : (int)(cores > 0 ? 2 * cores : 2);
}

/* Reap what ended; fork it again unless we are stopping.  How many are left. */
static int
reap(const struct http_app *app, int sock, pid_t *pid, int n)
{
    int status = 0, left = 0;
    pid_t gone = 0;

    while ((gone = waitpid(-1, &status, WNOHANG)) > 0) {
        if (WIFSIGNALED(status))
            log_warn("worker died", "pid=%d signal=%d", (int)gone,
                     WTERMSIG(status));
        for (int k = 0; k < n; k++)
            if (pid[k] == gone)
                pid[k] = 0;
    }
    for (int k = 0; k < n; k++) {
        if (pid[k] == 0 && !stopping) {
            clock_sleep(100); /* a worker that cannot start must not spin */
            pid[k] = fork_worker(app, sock);
        }
        left += pid[k] > 0;
    }
    return left;
}

/* Keep the workers until SIGTERM; then until the last is gone. */
static void
supervise(const struct http_app *app, int sock)
{
    static pid_t pid[WORKERS_MAX];
    int n = worker_count(app), sig = 0;
    sigset_t set = parent_signals();

    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int k = 0; k < n; k++)
        pid[k] = fork_worker(app, sock);
    while (!stopping) {
        sigwait(&set, &sig);
        stopping = sig != SIGCHLD;
        reap(app, sock, pid, n);
    }
    /* again and again: a worker may be just before its accept() */
    while (reap(app, sock, pid, n) > 0) {
        for (int k = 0; k < n; k++)
            if (pid[k] > 0)
                kill(pid[k], SIGTERM);
        clock_sleep(50);
    }
}

static void
open_counters(const struct http_app *app)
{
    struct counters *c = counters_open(app->name);
    char name[COUNTER_NAME_MAX];
    for (int k = 0; k < 6; k++) {
        snprintf(name, sizeof name,
                 "assay_requests_total{program=\"%s\",status=\"%dxx\"}",
                 app->name, k);
        count.by_class[k] = counters_get(c, name);
    }
    snprintf(name, sizeof name,
             "assay_request_microseconds_total{program=\"%s\"}", app->name);
    count.microseconds = counters_get(c, name);
    snprintf(name, sizeof name, "assay_request_count{program=\"%s\"}",
             app->name);
    count.requests = counters_get(c, name);
}

/* systemd passes the socket as fd 3 (sd_listen_fds(3)), spawn-fcgi as fd 0. */
static int
listening_fd(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    bool systemd = pid != NULL && fds != NULL && atoi(pid) == (int)getpid() &&
                   atoi(fds) == 1;
    int fd = systemd ? 3 : 0, listening = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
        !listening)
        return -1;
    return fd;
}

int
http_main(const struct http_app *app, int argc, char **argv)
{
    const char *file = NULL;
    bool test = false;

    log_open(app->name);
    for (int k = 1; k < argc; k++) {
        if (strcmp(argv[k], "--routes") == 0) {
            http_print_routes(app);
            return 0;
        }
        if (strcmp(argv[k], "-t") == 0) {
            test = true;
        } else if (strcmp(argv[k], "-c") == 0 && k + 1 < argc) {
            file = argv[++k];
        } else {
            fprintf(stderr, "usage: %s [-c FILE] [-t | --routes]\n", app->name);
            return 64;
        }
    }
    if (conf_load(file) != 0)
        return 78; /* EX_CONFIG */
    if (test) {
        conf_print(stdout, true);
        return 0;
    }
    int sock = listening_fd();
    if (sock < 0) {
        fprintf(stderr,
                "%s is a FastCGI program: start it with spawn-fcgi or a "
                "systemd socket\n",
                app->name);
        return 64;
    }
    secret_init();
    open_counters(app);
    signal(SIGPIPE, SIG_IGN);
    supervise(app, sock);
    return 0;
}
