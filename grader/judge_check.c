#include "grader/judge_check.h"

#include "grader/judge_rerun.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    STATUS_RIGHT = 42,
    STATUS_WRONG = 43,
    KEPT = 8,            /* checkers that a process remembers */
    SHELL_PROCESSES = 2, /* beside the checker's own */
    WALL_SLACK_MS = 2000,
    DISK_KB = 16 * 1024, /* beyond the files that it is given */
    LOG_KEEP = 400,      /* bytes of its words in a line of the log */
    LIMIT_MEMORY_MAX_KB = 16 * 1024 * 1024
};

/* A run has one artefact, which is the student's message; the judges' comes on
 * standard error.  The words of the command are the script's arguments, so
 * that no shell reads them. */
static const char script[] = "\"$@\"; s=$?; "
                             "test ! -f judgemessage.txt || "
                             "head -c 65536 judgemessage.txt >&2; exit $s";
static const char team_message[] = "teammessage.txt";
static const char input_name[] = "test.in", answer_name[] = "test.ans";

/* -- making it -- */

struct kept {
    unsigned char key[SECRET_HASH_SIZE];
    struct checker checker;
    bool used;
};

static void
checker_key(const struct package_checker *c, const struct language *l,
            unsigned char key[SECRET_HASH_SIZE])
{
    struct buf b = {0};

    buf_fmt(&b, "%s\n%s\n", l->id, l->build);
    buf_add(&b, c->source.data, c->source.size);
    secret_hash(b.data, b.size, key);
    buf_free(&b);
}

static enum err
make(struct judge *j, const struct language *l, struct program *out)
{
    const struct package_checker *c = &j->job->package->checker;
    struct buf words = {0};
    enum err e = program_make(j->box, l, c->source.data, c->source.size,
                              judge_tick, j, out, &words);

    if (e == ERR_OK && out->fd == -1) {
        log_warn("checker does not compile",
                 "package=%s file=%s words=\"%.*s\"", j->job->package->slug,
                 c->source.name, LOG_KEEP,
                 words.data != NULL ? words.data : "");
        e = ERR_INTERNAL;
    }
    if (e != ERR_OK)
        program_free(out);
    buf_free(&words);
    return e;
}

enum err
check_make(struct judge *j, const struct checker **out)
{
    static struct kept kept[KEPT];
    static size_t next;
    const struct package_checker *c = &j->job->package->checker;
    const struct language *l;
    unsigned char key[SECRET_HASH_SIZE];
    struct kept *k;
    enum err e;

    *out = NULL;
    if (c->source.name == NULL)
        return ERR_OK;
    l = language_find(j->job->languages, j->job->nlanguages, c->language);
    if (l == NULL || l->build[0] == '\0') {
        log_warn("checker's language is not here", "package=%s language=%s",
                 j->job->package->slug, c->language);
        return ERR_INTERNAL;
    }
    checker_key(c, l, key);
    for (size_t i = 0; i < KEPT; i++)
        if (kept[i].used && memcmp(kept[i].key, key, sizeof key) == 0) {
            *out = &kept[i].checker;
            return ERR_OK;
        }
    k = &kept[next];
    if (k->used)
        program_free(&k->checker.program);
    k->used = false;
    k->checker.language = l;
    e = make(j, l, &k->checker.program);
    if (e != ERR_OK)
        return j->stopped ? ERR_STALE : e;
    memcpy(k->key, key, sizeof key);
    k->used = true;
    next = (next + 1) % KEPT;
    *out = &k->checker;
    return ERR_OK;
}

/* -- running it -- */

static enum err
add_file(struct run_request *q, const char *name, const void *data, size_t size)
{
    int fd = run_memfd(name, data, size);

    if (fd == -1) {
        log_errno("memfd", "file=%s size=%zu", name, size);
        return ERR_INTERNAL;
    }
    q->files[q->nfiles++] = (struct run_file){
        .name = name, .fd = fd, .mode = 0444};
    return ERR_OK;
}

static void
set_limits(const struct package_checker *c, const struct language *l,
           const struct package_test *t, struct run_limits *out)
{
    *out = (struct run_limits){
        .cpu_ms = c->time_limit_ms,
        .wall_ms = 2 * c->time_limit_ms + WALL_SLACK_MS,
        .memory_kb = c->memory_limit_kb + l->memory_extra_kb,
        .processes = SHELL_PROCESSES + l->processes,
        .output_kb = c->output_limit_kb,
        .disk_kb = DISK_KB + (int64_t)((t->input_size + t->answer_size) / 1024),
    };
    if (out->memory_kb > LIMIT_MEMORY_MAX_KB)
        out->memory_kb = LIMIT_MEMORY_MAX_KB;
}

/* sh -c SCRIPT sh, the program's command, and what the format adds. */
static const char **
command_of(const struct program *checker, const struct package_test *t)
{
    const char **argv = xcalloc(RUN_ARGS_MAX + 1, sizeof *argv);
    const char *const head[] = {"/bin/sh", "-c", script, "sh", NULL};
    const char *const files[] = {input_name, answer_name, "./", NULL};
    const char *const *parts[] = {head, (const char *const *)checker->argv,
                                  files, (const char *const *)t->args};
    size_t n = 0;

    _Static_assert(4 + LANGUAGE_ARGS_MAX + 3 + PACKAGE_ARGS_MAX <= RUN_ARGS_MAX,
                   "a command has room for all of them");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (const char *const *w = parts[i];
             w != NULL && *w != NULL && n < RUN_ARGS_MAX; w++)
            argv[n++] = *w;
    return argv;
}

/* What it left for the student.  A folder or a link in its place is no
 * message: box gives us files only. */
static void
read_message(const struct run_result *r, struct buf *message)
{
    char text[JUDGE_MESSAGE_KEEP + 1];
    ssize_t n = r->artefact_fd != -1
                    ? pread(r->artefact_fd, text, sizeof text, 0)
                    : 0;
    char *clean;

    if (n <= 0)
        return;
    clean = text_clean(text, (size_t)n, JUDGE_MESSAGE_KEEP);
    for (size_t size = strlen(clean);
         size > 0 && strchr(" \t\n", clean[size - 1]) != NULL; size--)
        clean[size - 1] = '\0';
    buf_str(message, clean);
    free(clean);
}

/* 42 and 43 are its judgements; all else is the package's fault. */
static enum err
conclude(const struct judge *j, const struct package_test *t,
         const struct run_result *r, enum verdict *verdict, struct buf *message)
{
    char *words;

    if (r->end == RUN_EXITED &&
        (r->status == STATUS_RIGHT || r->status == STATUS_WRONG)) {
        *verdict = r->status == STATUS_RIGHT ? VERDICT_ACCEPTED
                                             : VERDICT_WRONG_ANSWER;
        read_message(r, message);
        if (message->size == 0 && *verdict == VERDICT_WRONG_ANSWER)
            buf_str(message, "The output is not right.");
        return ERR_OK;
    }
    words = text_clean(r->err.data != NULL ? r->err.data : "", r->err.size,
                       LOG_KEEP);
    log_warn("checker failed",
             "package=%s file=%s test=%s end=%d status=%d cpu_ms=%lld "
             "memory_kb=%lld stderr=\"%s\"",
             j->job->package->slug, j->job->package->checker.source.name,
             t->name, (int)r->end, r->status, (long long)r->cpu_ms,
             (long long)r->memory_kb, words);
    free(words);
    return ERR_INTERNAL;
}

enum err
check_run(struct judge *j, const struct checker *checker,
          const struct package_test *t, const struct buf *actual,
          enum verdict *verdict, struct buf *message, struct buf *staff)
{
    struct run_request q = {
        .files = {{.name = checker->program.name,
                   .fd = checker->program.fd,
                   .mode = checker->program.mode}},
        .nfiles = 1,
        .artefact = team_message,
        .stdin_fd = run_memfd("output", actual->data, actual->size),
    };
    struct run_result r = {.artefact_fd = -1};
    const char **argv = command_of(&checker->program, t);
    enum err e = q.stdin_fd != -1 ? ERR_OK : ERR_INTERNAL;

    if (e != ERR_OK)
        log_errno("memfd", "size=%zu", actual->size);
    if (e == ERR_OK)
        e = add_file(&q, input_name, t->input, t->input_size);
    if (e == ERR_OK)
        e = add_file(&q, answer_name, t->answer, t->answer_size);
    q.argv = argv;
    set_limits(&j->job->package->checker, checker->language, t, &q.limits);
    if (e == ERR_OK)
        e = rerun_never(j->box, &q, judge_tick, j, &r);
    if (e == ERR_OK)
        e = conclude(j, t, &r, verdict, message);
    if (e == ERR_OK && r.err.size > 0)
        buf_add(staff, r.err.data, r.err.size);
    run_result_free(&r);
    for (size_t i = 1; i < q.nfiles; i++)
        close(q.files[i].fd);
    if (q.stdin_fd != -1)
        close(q.stdin_fd);
    free(argv);
    return e;
}
