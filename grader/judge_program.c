#include "grader/judge_program.h"

#include "grader/judge_internal.h"
#include "grader/judge_rerun.h"
#include "lib/log.h"
#include "lib/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    COMPILE_CPU_MS = 20 * 1000,
    COMPILE_WALL_MS = 60 * 1000,
    COMPILE_MEMORY_KB = 1024 * 1024,
    COMPILE_PROCESSES = 16,
    COMPILE_OUTPUT_KB = 256,
    COMPILE_DISK_KB = 64 * 1024
};

/* What the compiler said, and what it could not say itself. */
static void
add_words(const struct run_result *r, bool made, struct buf *words)
{
    struct buf all = {0};
    char *clean;

    if (r->end == RUN_CPU || r->end == RUN_WALL)
        buf_str(&all, "The compiler took too long.\n");
    else if (r->end == RUN_MEMORY)
        buf_str(&all, "The compiler used too much memory.\n");
    else if (r->end == RUN_OUTPUT)
        buf_str(&all, "The compiler wrote too much.\n");
    else if (r->end == RUN_SIGNALED)
        buf_fmt(&all, "The compiler was ended by signal %d.\n", r->status);
    buf_add(&all, r->err.data, r->err.size);
    buf_add(&all, r->out.data, r->out.size);
    if (all.size == 0 && !made)
        buf_str(&all, "The compiler made no program, and did not say why.");
    if (all.size > 0) {
        clean = text_clean(all.data, all.size, JUDGE_COMPILE_KEEP);
        buf_str(words, clean);
        free(clean);
    }
    buf_free(&all);
}

/* Put the artefact in the place of the source, or leave p->fd at -1. */
static enum err
compile(struct run_box *box, const struct language *l, run_watch *watch,
        void *cookie, struct program *p, struct buf *words)
{
    char **argv = judge_argv(l, l->compile, l->source, NULL);
    struct run_result r;
    struct run_request q = {
        .argv = (const char *const *)argv,
        .files = {{.name = p->name, .fd = p->fd, .mode = 0444}},
        .nfiles = 1,
        .stdin_fd = -1,
        .artefact = l->artefact,
        .limits = {.cpu_ms = COMPILE_CPU_MS,
                   .wall_ms = COMPILE_WALL_MS,
                   .memory_kb = COMPILE_MEMORY_KB,
                   .processes = COMPILE_PROCESSES,
                   .output_kb = COMPILE_OUTPUT_KB,
                   .disk_kb = COMPILE_DISK_KB},
    };
    enum err e = rerun_never(box, &q, watch, cookie, &r);

    judge_argv_free(argv);
    close(p->fd);
    p->fd = -1;
    if (e != ERR_OK)
        return e;
    if (r.end == RUN_EXITED && r.status == 0 && r.artefact_fd != -1) {
        p->name = l->artefact;
        p->fd = r.artefact_fd;
        p->mode = 0555;
        r.artefact_fd = -1;
    }
    add_words(&r, p->fd != -1, words);
    run_result_free(&r);
    return ERR_OK;
}

enum err
program_make(struct run_box *box, const struct language *l, const char *source,
             size_t size, run_watch *watch, void *cookie, struct program *out,
             struct buf *words)
{
    *out = (struct program){
        .name = l->source,
        .fd = run_memfd(l->source, source, size),
        .mode = 0444,
        .argv = judge_argv(l, l->run, l->source, NULL),
    };
    if (out->fd == -1) {
        log_errno("memfd", "size=%zu", size);
        return ERR_INTERNAL;
    }
    if (l->compile[0] == NULL)
        return ERR_OK;
    return compile(box, l, watch, cookie, out, words);
}

void
program_free(struct program *p)
{
    judge_argv_free(p->argv);
    if (p->fd >= 0)
        close(p->fd);
    *p = (struct program){.fd = -1};
}
