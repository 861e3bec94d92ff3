#include "grader/offer.h"

#include "grader/judge_internal.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/text.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TRY_CPU_MS = 10000,
    TRY_WALL_MS = 60000,
    TRY_OUTPUT_KB = 64,
    TRY_DISK_KB = 1024,
    SAID_KEEP = 300
};

enum err
offer_language(struct run_box *box, const struct language *l, bool *works)
{
    char **argv;
    struct run_result r;
    struct run_request q = {
        .zygote = l->zygote,
        .stdin_fd = -1,
        .limits = {.cpu_ms = TRY_CPU_MS,
                   .wall_ms = TRY_WALL_MS,
                   .memory_kb = LANGUAGE_TRY_MEMORY_KB + l->memory_extra_kb,
                   .processes = l->processes,
                   .output_kb = TRY_OUTPUT_KB,
                   .disk_kb = TRY_DISK_KB},
    };
    enum err e;

    *works = l->build[0] != '\0';
    if (!*works || l->try[0] == NULL)
        return ERR_OK;
    argv = judge_argv(l, l->try, l->source, NULL);
    q.argv = (const char *const *)argv;
    e = run_program(box, &q, NULL, NULL, &r);
    *works = e == ERR_OK && r.end == RUN_EXITED && r.status == 0;
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
