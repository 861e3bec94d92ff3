#include "grader/offer.h"

#include "grader/judge_internal.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TRY_CPU_MS = 10000,
    TRY_WALL_MS = 60000,
    TRY_OUTPUT_KB = 64,
    TRY_DISK_KB = 1024,
    SAID_KEEP = 300
};

/* Did it say what the language's version command said?  Then the box's Python
 * is the host's, whose library it uses. */
static bool
same_version(const struct language *l, const struct run_result *r)
{
    size_t n = r->out.data == NULL ? 0 : strcspn(r->out.data, "\n");

    return n > 0 && strncmp(r->out.data, l->build, n) == 0 &&
           l->build[n] == ' ';
}

/* `q` runs what finds out.  ERR_OK: *works is said. */
static enum err
try_out(struct run_box *box, const struct language *l,
        const struct run_request *q, bool is_python, bool *works)
{
    struct run_result r;
    enum err e = run_program(box, q, NULL, NULL, &r);

    *works = e == ERR_OK && r.end == RUN_EXITED && r.status == 0 &&
             (!is_python || same_version(l, &r));
    if (e == ERR_INTERNAL) /* not where programs can see it; box said so */
        e = ERR_OK;
    if (e == ERR_OK && !*works) {
        char *said = text_clean(r.out.size > 0 ? r.out.data : "", r.out.size,
                                SAID_KEEP);

        log_warn("language does not work in this box",
                 "language=%s end=%d status=%d said=\"%s\"", l->id, (int)r.end,
                 r.status, said);
        free(said);
    }
    run_result_free(&r);
    return e;
}

enum err
offer_language(struct run_box *box, const struct language *l, bool *works)
{
    static const char version[] = "import sys\n"
                                  "print('Python', sys.version.split()[0])\n";
    static const char *const word[] = {"program", NULL};
    bool is_python = strcmp(l->zygote, "python3") == 0;
    char **argv = NULL;
    struct run_request q = {
        .zygote = l->zygote,
        .argv = word,
        .stdin_fd = -1,
        .limits = {.cpu_ms = TRY_CPU_MS,
                   .wall_ms = TRY_WALL_MS,
                   .memory_kb = LANGUAGE_TRY_MEMORY_KB + l->memory_extra_kb,
                   .processes = l->processes,
                   .output_kb = TRY_OUTPUT_KB,
                   .disk_kb = TRY_DISK_KB},
    };
    int file = -1;
    enum err e = ERR_OK;

    *works = l->build[0] != '\0';
    if (!*works || (l->try[0] == NULL && !is_python))
        return ERR_OK;
    if (is_python) {
        file = run_memfd(l->source, version, sizeof version - 1);
        q.files[q.nfiles++] = (struct run_file){
            .name = l->source, .fd = file, .mode = 0444};
    } else {
        argv = judge_argv(l, l->try, l->source, NULL);
        q.argv = (const char *const *)argv;
    }
    e = try_out(box, l, &q, is_python, works);
    if (file != -1)
        close(file);
    judge_argv_free(argv);
    return e;
}

enum err
offer_runtimes(struct run_box *box, const struct language *l, size_t n,
               struct runtime **out, size_t *count)
{
    struct runtime *list = xcalloc(n, sizeof *list);
    enum err e = ERR_OK;

    *out = NULL;
    *count = 0;
    for (size_t i = 0; i < n && e == ERR_OK; i++) {
        bool works = false;

        e = offer_language(box, &l[i], &works);
        if (!works)
            continue;
        struct runtime *r = &list[(*count)++];
        snprintf(r->language, sizeof r->language, "%s", l[i].id);
        snprintf(r->build, sizeof r->build, "%s", l[i].build);
    }
    if (e == ERR_OK)
        *out = list;
    else
        free(list);
    return e;
}
