/* What graderd and box say to each other (docs/INTERFACES.md, "graderd and
 * box").
 *
 * A unix SOCK_SEQPACKET connection, one per worker process of graderd; both
 * ends are on one host, so the structs go over the wire as they are.
 *
 *   box     -> graderd  HELLO     once, after connect
 *   graderd -> box      RUN       with descriptors (SCM_RIGHTS)
 *   box     -> graderd  EXIT      with the artefact, or REFUSED
 *
 * One RUN at a time on a connection.  Closing it kills the run.
 */
#ifndef GRADER_BOX_PROTOCOL_H
#define GRADER_BOX_PROTOCOL_H

#include <stdint.h>

enum {
    BOX_VERSION = 2,
    BOX_FILES_MAX = 16,
    BOX_ARGS_MAX = 64,
    BOX_ENV_MAX = 32,
    BOX_NAME_MAX = 64,    /* with its NUL */
    BOX_TEXT_MAX = 32768, /* argv and env together */
    BOX_REASON_MAX = 160,
    BOX_ARTEFACT_MAX_KB = 65536,
    /* stdout, stderr, stdin, channel, the tests' output, files */
    BOX_FDS_MAX = 5 + BOX_FILES_MAX
};

/* The bounds of a request's limits; box refuses what is outside. */
enum {
    BOX_TIME_MAX_MS = 600000,
    BOX_MEMORY_MIN_KB = 2048,
    BOX_MEMORY_MAX_KB = 16777216,
    BOX_PROCESSES_MAX = 1024,
    BOX_OUTPUT_MAX_KB = 262144,
    BOX_DISK_MIN_KB = 64,
    BOX_DISK_MAX_KB = 1048576
};

enum box_type {
    BOX_HELLO = 1,
    BOX_RUN,
    BOX_EXIT,
    BOX_REFUSED
};

struct box_hello {
    uint32_t type;
    uint32_t version;
    uint32_t slots;
    char zygotes[64];    /* "exec python3": what a request may name */
    char isolation[200]; /* "root, cgroup v1 (memory pids cpuacct), …" */
};

enum box_flag {
    BOX_HAS_STDIN = 1,
    BOX_HAS_CHANNEL = 2,
    /* Two processes: the submission, and the tests, which get the channel, the
     * files marked so, an output and limits of their own.  Joined by a socket
     * pair that nobody else has. */
    BOX_SPLIT = 4,
    BOX_FLAGS = BOX_HAS_STDIN | BOX_HAS_CHANNEL | BOX_SPLIT
};

struct box_limits {
    int64_t cpu_ms; /* judged; killed at 1.25 x + 100 ms */
    int64_t wall_ms;
    int64_t memory_kb;
    int64_t processes;
    int64_t output_kb; /* stdout and stderr each */
    int64_t disk_kb;   /* everything that is written into files, together */
};

struct box_file {
    char name[BOX_NAME_MAX]; /* [A-Za-z0-9._-]+, in the working directory */
    uint32_t mode;           /* 0444 or 0555 */
    uint32_t for_tests;      /* 1: theirs, in memory only (BOX_SPLIT) */
};

/* Descriptors, in this order: stdout and stderr (memfds), stdin if
 * BOX_HAS_STDIN (a sealed memfd), the channel if BOX_HAS_CHANNEL (a unix
 * socket), what the tests print if BOX_SPLIT (a memfd), then one sealed memfd
 * per file.
 *
 * Sent up to and with `text_size` bytes of `text`: argc arguments, then envc
 * "K=V", each followed by a NUL. */
struct box_run {
    uint32_t type;
    uint32_t flags;
    char zygote[16]; /* "exec": argv is a command; else argv[0] is a word that
                        this zygote knows */
    struct box_limits limits;
    struct box_limits tests;     /* BOX_SPLIT: their CPU time and memory */
    char artefact[BOX_NAME_MAX]; /* "" none */
    uint32_t nfiles;
    struct box_file file[BOX_FILES_MAX];
    uint32_t argc;
    uint32_t envc;
    uint32_t text_size;
    char text[BOX_TEXT_MAX];
};

enum box_end {
    BOX_END_EXITED = 1, /* status: exit status */
    BOX_END_SIGNALED,   /* status: signal */
    BOX_END_CPU,
    BOX_END_WALL,
    BOX_END_MEMORY,
    BOX_END_OUTPUT
};

/* How the tests' process of a split run ended. */
enum box_tests {
    BOX_TESTS_NONE,   /* there was none */
    BOX_TESTS_EXITED, /* by itself; tests_status: exit status */
    BOX_TESTS_KILLED, /* by a signal: tests_status */
    BOX_TESTS_LIMIT   /* for its own CPU time or memory */
};

/* With the artefact (a sealed memfd) as its only descriptor, when there is
 * one: the program left a regular file of that name, not above
 * BOX_ARTEFACT_MAX_KB. */
struct box_exit {
    uint32_t type;
    uint32_t end; /* enum box_end */
    int32_t status;
    uint32_t has_artefact;
    int64_t cpu_us;
    int64_t wall_us;
    int64_t memory_kb;  /* peak */
    int64_t starved_us; /* ready to run, but not running; 0 not known */
    uint32_t tests;     /* enum box_tests */
    int32_t tests_status;
};

enum box_refusal {
    BOX_REFUSED_INVALID = 1, /* the request is wrong: do not send it again */
    BOX_REFUSED_LOST         /* the slot was lost, or box is full: try again */
};

struct box_refused {
    uint32_t type;
    uint32_t code;
    char reason[BOX_REASON_MAX];
};

#endif
