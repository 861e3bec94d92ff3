/* The configuration: one table (lib/conf.c), read from one file, overridden
 * by the environment (option `run_dir` is $ASSAY_RUN_DIR).  docs/OPERATIONS.md
 * lists every option; a check fails if one is missing there.
 *
 * The only singleton of the program.  Secrets are files, named by options
 * that end in `_file`, never options themselves.
 */
#ifndef LIB_CONF_H
#define LIB_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct conf {
    /* where things are */
    const char *database;        /* libpq conninfo without user and password */
    const char *database_web;    /* role of the handlers */
    const char *database_grader; /* role of graderd */
    const char *database_admin;  /* role of `assay` (migrations, courses) */
    const char *database_password_file; /* may be "" (peer or trust) */
    const char *redis;                  /* unix:PATH or tcp:HOST:PORT */
    const char *redis_password_file;
    const char *run_dir;       /* sockets and counters: /run/assay */
    const char *state_dir;     /* caches: /var/lib/assay */
    const char *share_dir;     /* sql/, languages/, zygote/: /usr/share/assay */
    const char *box_socket;    /* where box listens; "" is run_dir/box.sock */
    const char *public_origin; /* https://grader.example.org; "" is Host */
    const char *default_course; /* slug */
    const char *languages;      /* what to probe: "python3 c"; "" is all */
    /* limits of requests */
    int64_t code_max_bytes;
    int64_t body_max_bytes;
    int64_t wait_max_seconds;
    int64_t list_max_rows;
    int64_t session_days;
    int64_t output_max_bytes; /* kept of a program's output in a report */
    /* timing */
    int64_t database_timeout_ms;
    int64_t redis_timeout_ms;
    int64_t redis_retry_ms; /* skip Redis this long after a failure */
    int64_t lease_seconds;
    int64_t crash_limit;   /* a grading is parked after so many */
    int64_t drain_seconds; /* at SIGTERM: finish within so long, or hand back */
    int64_t janitor_seconds;
    int64_t queue_grace_ms; /* ring for rows queued longer than this */
    int64_t guest_queue_max;
    /* the self-attack */
    int64_t selfattack_seconds;
    int64_t selfattack_retry_seconds;
    /* disk */
    int64_t compiled_max_mb; /* of compiled programs kept; 0: none */
    int64_t precompile;      /* compile headers ahead (grader/prepare.h) */
    const char *disk_path;   /* on PostgreSQL's disk; "": not watched */
    int64_t disk_reserve_mb; /* kept free there (lib/disk.h) */
    /* processes */
    int64_t workers;      /* of each handler; 0 is 2 x cores */
    int64_t wait_workers; /* of wait */
    int64_t tokens;       /* gradings at once; 0 is one per core */
};

/* Read and check everything.  `path` NULL: $ASSAY_CONF, else
 * /etc/assay/assay.conf, which may be absent.  0; or -1 after printing every
 * fault (file, line, option, what was expected) on standard error. */
int conf_load(const char *path);

/* The file that conf_load() read, whether or not it was there; NULL before. */
const char *conf_path(void);

/* The configuration that conf_load() read; the defaults before that. */
const struct conf *conf(void);

/* Every option: name, type, default, doc.  For -t and the documentation. */
void conf_print(FILE *f, bool with_docs);

/* The first line of a secret's file, without its newline; NULL when `path` is
 * "" or unreadable (logged).  The caller frees it. */
char *conf_secret(const char *path);

#endif
