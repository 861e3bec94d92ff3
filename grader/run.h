/* Run a program in the box: graderd's side of the protocol of
 * grader/box/protocol.h (docs/INTERFACES.md, "graderd and box").
 *
 * One connection per worker process.  One request, one answer: graderd makes
 * every descriptor (sealed memfds for files and stdin, memfds for stdout and
 * stderr, a socket pair for the harness's channel) and passes it with the
 * request; the box answers when the slot is empty again.  When graderd dies,
 * its connection closes and the box kills the run.
 */
#ifndef GRADER_RUN_H
#define GRADER_RUN_H

#include "lib/err.h"
#include "lib/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    RUN_FILES_MAX = 16,
    RUN_ARGS_MAX = 64,
    RUN_NAME_MAX = 64
};

struct run_file {
    const char *name; /* [A-Za-z0-9._-]+, in the working directory */
    int fd;           /* a sealed memfd (run_memfd), borrowed */
    mode_t mode;      /* 0444 or 0555 */
    bool for_tests;   /* of a split run: theirs only */
};

struct run_limits {
    int64_t cpu_ms;  /* judged; the kill comes at 1.25 x + 100 ms */
    int64_t wall_ms; /* CLOCK_MONOTONIC */
    int64_t memory_kb;
    int64_t processes; /* and threads */
    int64_t output_kb; /* stdout and stderr each */
    int64_t disk_kb;   /* of the working directory */
};

struct run_request {
    const char *zygote;      /* NULL: "exec" */
    const char *const *argv; /* NULL-terminated; argv[0] absolute, or "./x" */
    const char *const *env;  /* NULL-terminated "K=V"; NULL: the default */
    struct run_file files[RUN_FILES_MAX];
    size_t nfiles;
    int stdin_fd;         /* borrowed; -1: /dev/null */
    bool channel;         /* fd 3 of the program (split: of the tests) is a
                             socket to us */
    bool split;           /* submission and tests are two processes */
    const char *artefact; /* file to take out afterwards; NULL: none */
    struct run_limits limits;
    struct run_limits tests; /* of a split run; wall and disk do not count */
};

/* Facts, not text. */
enum run_end {
    RUN_EXITED,   /* status is the exit status */
    RUN_SIGNALED, /* status is the signal */
    RUN_CPU,      /* killed by, or ended past, the CPU limit */
    RUN_WALL,     /* killed by the wall clock */
    RUN_MEMORY,   /* oom_kill counted, or peak at the limit */
    RUN_OUTPUT    /* SIGXFSZ, or output at the limit */
};

/* How the tests of a split run ended. */
enum run_tests {
    RUN_TESTS_NONE,
    RUN_TESTS_EXITED, /* tests_status: exit status */
    RUN_TESTS_KILLED, /* tests_status: signal */
    RUN_TESTS_LIMIT   /* over a limit of their own */
};

struct run_result {
    enum run_end end;
    int status;
    int64_t cpu_ms;
    int64_t wall_ms;
    int64_t memory_kb;  /* peak */
    int64_t starved_ms; /* killed by the wall clock: ready to run, but others
                           had the processors; 0: not known */
    enum run_tests tests;
    int tests_status;
    struct buf tests_out; /* what they printed */
    struct buf out;       /* stdout, at most output_kb */
    struct buf err;
    int artefact_fd; /* a sealed memfd, the caller's to close; -1 */
};

struct run_box; /* a connection to the box */

/* Connect to conf()->box_socket when first used, and again after it was lost.
 * Never NULL. */
struct run_box *run_box_new(void);
void run_box_free(struct run_box *b);

/* The process that answers as the box; 0: not connected, or not known.  When it
 * is another one than before, nothing that was known of the box holds. */
pid_t run_box_pid(const struct run_box *b);

/* While a run goes on: bytes from the channel (size > 0), or a tick at least
 * every second (size 0) so that the caller renews its lease.  False: stop the
 * run now (run_program returns ERR_STALE). */
typedef bool run_watch(void *cookie, const char *data, size_t size);

/* Run it.  ERR_OK: `*out` is filled and the caller's to run_result_free().
 * ERR_UNAVAILABLE: no box, or it lost the slot: run again elsewhere or later.
 * ERR_INTERNAL: the request is wrong (logged).  Neither is the program's
 * fault. */
enum err run_program(struct run_box *b, const struct run_request *q,
                     run_watch *watch, void *cookie, struct run_result *out);
void run_result_free(struct run_result *r);

/* What the box offers: slots, isolation ("cgroup v1", "soft limits"), as one
 * line of text for logs and -t; the caller frees. */
enum err run_describe(struct run_box *b, char **out);

/* A sealed, read-only memfd with these bytes; -1 with errno. */
int run_memfd(const char *name, const void *data, size_t size);

#endif
