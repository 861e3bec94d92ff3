#include "grader/judge_program.h"

#include "grader/compiled.h"
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

/* Run the compiler.  ERR_OK: r is filled, and the caller's to free. */
static enum err
run_compiler(struct run_box *box, const struct program *source,
             const struct language *l, const char *const *argv,
             run_watch *watch, void *cookie, struct run_result *r)
{
    struct run_request q = {
        .zygote = l->zygote,
        .argv = argv,
        .files = {{.name = source->name, .fd = source->fd, .mode = 0444}},
        .nfiles = 1,
        .stdin_fd = -1,
        .artefact = l->artefact,
        .limits = {.cpu_ms = COMPILE_CPU_MS,
                   .wall_ms = COMPILE_WALL_MS,
                   .memory_kb = COMPILE_MEMORY_KB,
                   .processes = l->processes,
                   .output_kb = COMPILE_OUTPUT_KB,
                   .disk_kb = COMPILE_DISK_KB},
    };
    int with = -1;
    enum err e;

    *r = (struct run_result){.artefact_fd = -1};
    if (l->with[0] != '\0') {
        with = run_memfd(l->with, l->with_text, l->with_size);
        if (with == -1) {
            log_errno("memfd", "size=%zu", l->with_size);
            return ERR_INTERNAL;
        }
        q.files[q.nfiles++] = (struct run_file){
            .name = l->with, .fd = with, .mode = 0444};
    }
    e = rerun_never(box, &q, watch, cookie, r);
    if (with != -1)
        close(with);
    return e;
}

/* Put an artefact (-1: there is none) in the place of the source. */
static void
replace(struct program *p, const struct language *l, int artefact)
{
    close(p->fd);
    *p = (struct program){.zygote = l->zygote,
                          .name = l->artefact,
                          .fd = artefact,
                          .mode = 0555,
                          .argv = p->argv};
}

/* What does not compile is not kept: a student who hands in the same errors
 * again is rare, and "too long" or "too much memory" may be the host's. */
static enum err
compile(struct run_box *box, const struct language *l, const char *const *argv,
        const char *key, run_watch *watch, void *cookie, struct program *p,
        struct buf *words)
{
    struct buf said = {0};
    struct run_result r;
    enum err e = run_compiler(box, p, l, argv, watch, cookie, &r);
    bool made = e == ERR_OK && r.end == RUN_EXITED && r.status == 0 &&
                r.artefact_fd != -1;

    if (e == ERR_OK)
        add_words(&r, made, &said);
    replace(p, l, made ? r.artefact_fd : -1);
    if (made) {
        r.artefact_fd = -1;
        compiled_put(key, p->fd, said.data, said.size);
    }
    buf_add(words, said.data, said.size);
    buf_free(&said);
    run_result_free(&r);
    return e;
}

/* ...unless it was compiled before. */
static enum err
compile_once(struct run_box *box, const struct language *l, const char *source,
             size_t size, run_watch *watch, void *cookie, struct program *p,
             struct buf *words)
{
    char **argv = judge_argv(l, l->compile, l->source, NULL);
    const char *const *command = (const char *const *)argv;
    char key[COMPILED_KEY_SIZE];
    enum err e = ERR_OK;
    int kept;

    compiled_key(l, command, source, size, key);
    kept = compiled_get(key, words);
    if (kept != -1)
        replace(p, l, kept);
    else
        e = compile(box, l, command, key, watch, cookie, p, words);
    judge_argv_free(argv);
    return e;
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
        .zygote = l->zygote,
        .argv = judge_argv(l, l->run, l->source, NULL),
    };
    if (out->fd == -1) {
        log_errno("memfd", "size=%zu", size);
        return ERR_INTERNAL;
    }
    if (l->compile[0] == NULL)
        return ERR_OK;
    return compile_once(box, l, source, size, watch, cookie, out, words);
}

void
program_free(struct program *p)
{
    judge_argv_free(p->argv);
    if (p->fd >= 0)
        close(p->fd);
    *p = (struct program){.fd = -1};
}
