#include "grader/run_internal.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TICK_MS = 500,        /* between two calls of an idle watch */
    PATIENCE_MS = 120000, /* beyond the run's own limits, for a free slot */
    CHANNEL_CHUNK = 65536,
    TESTS_OUT_KEEP = 16384,
    CHANNEL_REST = 1 << 20 /* read at most so much after the end */
};

_Static_assert((int)RUN_FILES_MAX == (int)BOX_FILES_MAX &&
                   (int)RUN_ARGS_MAX == (int)BOX_ARGS_MAX &&
                   (int)RUN_NAME_MAX == (int)BOX_NAME_MAX,
               "run.h and protocol.h agree");

/* -- the request -- */

static const char *const default_env[] = {"PATH=/usr/bin:/bin", "HOME=/w",
                                          "LANG=C.UTF-8", "TMPDIR=/tmp", NULL};

/* Append a NULL-terminated list; its length, or -1 when there is no room. */
static int
add_texts(struct box_run *q, const char *const *list, int max)
{
    int n = 0;
    for (; list[n] != NULL; n++) {
        size_t size = strlen(list[n]) + 1;
        if (n == max || size > sizeof q->text - q->text_size)
            return -1;
        memcpy(q->text + q->text_size, list[n], size);
        q->text_size += (uint32_t)size;
    }
    return n;
}

static void
fill_limits(const struct run_limits *from, struct box_limits *to)
{
    *to = (struct box_limits){.cpu_ms = from->cpu_ms,
                              .wall_ms = from->wall_ms,
                              .memory_kb = from->memory_kb,
                              .processes = from->processes,
                              .output_kb = from->output_kb,
                              .disk_kb = from->disk_kb};
}

static enum err
fill_request(const struct run_request *r, struct box_run *q)
{
    int argc = add_texts(q, r->argv, BOX_ARGS_MAX);
    int envc = argc < 0 ? -1
                        : add_texts(q, r->env != NULL ? r->env : default_env,
                                    BOX_ENV_MAX);
    if (envc < 0 || r->nfiles > BOX_FILES_MAX) {
        log_warn("run request too large", "program=%s", r->argv[0]);
        return ERR_INTERNAL;
    }
    q->type = BOX_RUN;
    snprintf(q->zygote, sizeof q->zygote, "%s",
             r->zygote != NULL ? r->zygote : "exec");
    q->argc = (uint32_t)argc;
    q->envc = (uint32_t)envc;
    fill_limits(&r->limits, &q->limits);
    fill_limits(&r->tests, &q->tests);
    q->flags = (r->stdin_fd >= 0 ? BOX_HAS_STDIN : 0U) |
               (r->channel ? BOX_HAS_CHANNEL : 0U) |
               (r->split ? BOX_SPLIT : 0U);
    q->nfiles = (uint32_t)r->nfiles;
    for (size_t i = 0; i < r->nfiles; i++) {
        size_t n = strlen(r->files[i].name);
        if (n >= BOX_NAME_MAX)
            return ERR_INTERNAL;
        memcpy(q->file[i].name, r->files[i].name, n);
        q->file[i].mode = (uint32_t)r->files[i].mode;
        q->file[i].for_tests = r->files[i].for_tests;
    }
    if (r->artefact != NULL && strlen(r->artefact) >= BOX_NAME_MAX)
        return ERR_INTERNAL;
    if (r->artefact != NULL)
        strcpy(q->artefact, r->artefact);
    return ERR_OK;
}

/* -- one run -- */

struct run {
    struct run_box *box;
    const struct run_request *request;
    run_watch *watch;
    void *cookie;
    int out, err;   /* memfds that the program writes */
    int tests_out;  /* likewise the tests of a split run */
    int channel[2]; /* ours, the program's */
    int64_t told;   /* when watch was called last */
};

/* Without MFD_ALLOW_SEALING: the program could seal it. */
static int
output_memfd(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC);
}

static enum err
start(struct run *run)
{
    const struct run_request *r = run->request;
    int fds[BOX_FDS_MAX];
    size_t n = 0;
    struct box_run *q = xcalloc(1, sizeof *q);
    enum err e = fill_request(r, q);
    if (e != ERR_OK)
        goto out;
    run->out = output_memfd("stdout");
    run->err = output_memfd("stderr");
    if (r->split)
        run->tests_out = output_memfd("tests");
    if (run->out < 0 || run->err < 0 || (r->split && run->tests_out < 0) ||
        (r->channel && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
                                  run->channel) != 0)) {
        log_errno("cannot make descriptors", "program=%s", r->argv[0]);
        e = ERR_UNAVAILABLE;
        goto out;
    }
    fds[n++] = run->out;
    fds[n++] = run->err;
    if (r->stdin_fd >= 0)
        fds[n++] = r->stdin_fd;
    if (r->channel)
        fds[n++] = run->channel[1];
    if (r->split)
        fds[n++] = run->tests_out;
    for (size_t i = 0; i < r->nfiles; i++)
        fds[n++] = r->files[i].fd;
    if (run_send(run->box->sock, q, fds, n) != 0) {
        log_errno("box does not take requests", "program=%s", r->argv[0]);
        e = ERR_UNAVAILABLE;
    }
    run_close(&run->channel[1]);
out:
    free(q);
    return e;
}

static bool
tell(struct run *run, const char *data, size_t size)
{
    run->told = clock_ms();
    return run->watch == NULL || run->watch(run->cookie, data, size);
}

/* What the program says on its channel.  read(), never recvmsg(): whatever
 * descriptors it might send are dropped by the kernel.  False: stop. */
static bool
read_channel(struct run *run)
{
    char data[CHANNEL_CHUNK];
    ssize_t n = read(run->channel[0], data, sizeof data);
    if (n > 0)
        return tell(run, data, (size_t)n);
    if (n == 0 || (errno != EINTR && errno != EAGAIN))
        run_close(&run->channel[0]); /* its other end is gone */
    return true;
}

/* What is still in the channel when the slot is empty. */
static bool
drain_channel(struct run *run)
{
    size_t rest = 0;
    if (run->channel[0] >= 0)
        fcntl(run->channel[0], F_SETFL, O_NONBLOCK);
    while (run->channel[0] >= 0 && rest < CHANNEL_REST) {
        struct pollfd p = {.fd = run->channel[0], .events = POLLIN};
        if (poll(&p, 1, 0) <= 0)
            break;
        if (!read_channel(run))
            return false;
        rest += CHANNEL_CHUNK;
    }
    return true;
}

/* Until box answers.  ERR_OK: *a and *artefact are filled. */
static enum err
await(struct run *run, union run_answer *a, int *artefact)
{
    const struct run_limits *l = &run->request->limits;
    int64_t end = clock_ms() + l->wall_ms + PATIENCE_MS;
    run->told = clock_ms();
    for (;;) {
        struct pollfd p[2] = {{.fd = run->box->sock, .events = POLLIN},
                              {.fd = run->channel[0], .events = POLLIN}};
        int n = poll(p, 2, TICK_MS);
        if (n < 0 && errno != EINTR)
            return ERR_UNAVAILABLE;
        if (n > 0 && p[1].revents != 0 && !read_channel(run))
            return ERR_STALE;
        if (clock_ms() - run->told >= TICK_MS && !tell(run, "", 0))
            return ERR_STALE;
        if (n > 0 && p[0].revents != 0) {
            ssize_t size = run_receive(run->box->sock, a, artefact);
            if (size == (ssize_t)sizeof a->exit && a->type == BOX_EXIT)
                return drain_channel(run) ? ERR_OK : ERR_STALE;
            if (size == (ssize_t)sizeof a->refused && a->type == BOX_REFUSED)
                return ERR_OK;
            log_warn("lost box", "size=%zd", size);
            return ERR_UNAVAILABLE;
        }
        if (clock_ms() > end) {
            log_warn("box does not answer", "program=%s",
                     run->request->argv[0]);
            return ERR_UNAVAILABLE;
        }
    }
}

/* The first `max` bytes, at our own offsets: the program may have left the
 * shared one anywhere. */
static void
read_output(int fd, int64_t max, struct buf *out)
{
    char data[65536];
    off_t at = 0;
    while (at < max) {
        int64_t want = max - at;
        if (want > (int64_t)sizeof data)
            want = (int64_t)sizeof data;
        ssize_t n = pread(fd, data, (size_t)want, at);
        if (n <= 0)
            break;
        buf_add(out, data, (size_t)n);
        at += n;
    }
}

static enum err
end_of(uint32_t wire, enum run_end *end)
{
    static const enum run_end ends[] = {
        [BOX_END_EXITED] = RUN_EXITED, [BOX_END_SIGNALED] = RUN_SIGNALED,
        [BOX_END_CPU] = RUN_CPU,       [BOX_END_WALL] = RUN_WALL,
        [BOX_END_MEMORY] = RUN_MEMORY, [BOX_END_OUTPUT] = RUN_OUTPUT};
    if (wire < BOX_END_EXITED || wire > BOX_END_OUTPUT) {
        log_warn("box says an unknown end", "end=%u", wire);
        return ERR_UNAVAILABLE;
    }
    *end = ends[wire];
    return ERR_OK;
}

static enum err
tests_end_of(uint32_t wire, enum run_tests *end)
{
    static const enum run_tests ends[] = {[BOX_TESTS_NONE] = RUN_TESTS_NONE,
                                          [BOX_TESTS_EXITED] = RUN_TESTS_EXITED,
                                          [BOX_TESTS_KILLED] = RUN_TESTS_KILLED,
                                          [BOX_TESTS_LIMIT] = RUN_TESTS_LIMIT};
    if (wire > BOX_TESTS_LIMIT) {
        log_warn("box says an unknown end of tests", "end=%u", wire);
        return ERR_UNAVAILABLE;
    }
    *end = ends[wire];
    return ERR_OK;
}

static enum err
finish(struct run *run, union run_answer *a, int *artefact,
       struct run_result *out)
{
    int64_t max = run->request->limits.output_kb * 1024;
    if (a->type == BOX_REFUSED) {
        a->refused.reason[sizeof a->refused.reason - 1] = '\0';
        log_warn("box refuses", "program=%s why=\"%s\"", run->request->argv[0],
                 a->refused.reason);
        return a->refused.code == BOX_REFUSED_INVALID ? ERR_INTERNAL
                                                      : ERR_UNAVAILABLE;
    }
    enum err e = end_of(a->exit.end, &out->end);
    if (e == ERR_OK)
        e = tests_end_of(a->exit.tests, &out->tests);
    if (e != ERR_OK)
        return e;
    out->status = a->exit.status;
    out->cpu_ms = (a->exit.cpu_us + 500) / 1000;
    out->wall_ms = (a->exit.wall_us + 500) / 1000;
    out->memory_kb = a->exit.memory_kb;
    out->starved_ms = a->exit.starved_us / 1000;
    out->tests_status = a->exit.tests_status;
    out->artefact_fd = *artefact;
    *artefact = -1;
    read_output(run->out, max, &out->out);
    read_output(run->err, max, &out->err);
    if (run->tests_out >= 0)
        read_output(run->tests_out, TESTS_OUT_KEEP, &out->tests_out);
    return ERR_OK;
}

enum err
run_program(struct run_box *b, const struct run_request *q, run_watch *watch,
            void *cookie, struct run_result *out)
{
    struct run run = {.box = b,
                      .request = q,
                      .watch = watch,
                      .cookie = cookie,
                      .out = -1,
                      .err = -1,
                      .tests_out = -1,
                      .channel = {-1, -1}};
    union run_answer a = {0};
    int artefact = -1;
    *out = (struct run_result){.artefact_fd = -1};
    enum err e = run_connect(b);
    if (e == ERR_OK)
        e = start(&run);
    if (e == ERR_OK)
        e = await(&run, &a, &artefact);
    if (e == ERR_OK)
        e = finish(&run, &a, &artefact, out);
    else if (e != ERR_INTERNAL)
        run_close(&b->sock); /* box kills what may still run */
    run_close(&artefact);
    run_close(&run.out);
    run_close(&run.err);
    run_close(&run.tests_out);
    run_close(&run.channel[0]);
    run_close(&run.channel[1]);
    return e;
}

void
run_result_free(struct run_result *r)
{
    buf_free(&r->out);
    buf_free(&r->err);
    buf_free(&r->tests_out);
    run_close(&r->artefact_fd);
}

int
run_memfd(const char *name, const void *data, size_t size)
{
    const char *p = data;
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    while (size > 0) {
        ssize_t n = write(fd, p, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            goto fail;
        p += n;
        size -= (size_t)n;
    }
    if (fcntl(fd, F_ADD_SEALS,
              F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
        goto fail;
    return fd;
fail:
    run_close(&fd);
    return -1;
}
