/* What the python3 zygote runs must come out as /usr/bin/python3 would have it:
 * each program is run both ways in a real box, and compared.
 *
 *     python LANGUAGES_FOLDER FILE.py...   (box: $ASSAY_BOX_SOCKET)
 *
 * TAP on standard output.
 */
#include "core/language.h"
#include "grader/judge_internal.h"
#include "grader/run.h"
#include "lib/conf.h"
#include "lib/log.h"

#include <ctype.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char input[] = "first line\nsecond\nabcrest\n";

static void
run_one(struct run_box *box, const char *zygote, const char *const *argv,
        int file, struct run_result *r)
{
    struct run_request q = {
        .zygote = zygote,
        .argv = argv,
        .files = {{.name = "solution.py", .fd = file, .mode = 0444}},
        .nfiles = 1,
        .stdin_fd = run_memfd("input", input, sizeof input - 1),
        .limits = {.cpu_ms = 10000,
                   .wall_ms = 30000,
                   .memory_kb = 256 * 1024,
                   .processes = 32,
                   .output_kb = 256,
                   .disk_kb = 1024},
    };

    if (q.stdin_fd == -1 || run_program(box, &q, NULL, NULL, r) != ERR_OK)
        fatal("the box does not run", "zygote=%s", zygote);
    close(q.stdin_fd);
}

static void
show(const char *what, const struct run_result *r)
{
    printf("# %s: end %d, status %d\n", what, (int)r->end, r->status);
    for (const struct buf *b = &r->out; b != NULL;
         b = b == &r->out ? &r->err : NULL) {
        fputs("#   ", stdout);
        for (size_t i = 0; i < b->size && i < 3000; i++) {
            putchar(b->data[i]);
            if (b->data[i] == '\n')
                fputs("#   ", stdout);
        }
        putchar('\n');
    }
}

/* Addresses are never the same. */
static void
hide_addresses(struct buf *b)
{
    for (size_t i = 0; i + 3 < b->size; i++)
        if (memcmp(b->data + i, "0x7f", 4) == 0)
            for (i += 2; i < b->size && isxdigit((unsigned char)b->data[i]);)
                b->data[i++] = 'x';
}

static bool
same_text(const struct buf *a, const struct buf *b)
{
    return a->size == b->size &&
           (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static bool
compare(struct run_box *box, const struct language *l, const char *path, int n)
{
    static const char *const word[] = {"program", NULL};
    struct buf text = {0};
    struct run_result cold, warm;

    if (buf_read_file(&text, path, 1 << 20) == -1)
        fatal("cannot read", "file=%s", path);
    int file = run_memfd("solution", text.data, text.size);
    char **argv = judge_argv(l, l->run, l->source, NULL);
    run_one(box, "exec", (const char *const *)argv, file, &cold);
    run_one(box, "python3", word, file, &warm);
    hide_addresses(&cold.err);
    hide_addresses(&warm.err);
    bool same = cold.end == warm.end && cold.status == warm.status &&
                same_text(&cold.out, &warm.out) &&
                same_text(&cold.err, &warm.err);
    char *copy = xstrdup(path);
    printf("%sok %d - %s\n", same ? "" : "not ", n, basename(copy));
    if (!same) {
        show("command", &cold);
        show("zygote", &warm);
    }
    free(copy);
    run_result_free(&cold);
    run_result_free(&warm);
    judge_argv_free(argv);
    close(file);
    buf_free(&text);
    return same;
}

int
main(int argc, char **argv)
{
    struct language *languages = NULL;
    size_t count = 0;
    int failed = 0;

    log_open("python");
    if (argc < 3 || conf_load(NULL) == -1 ||
        language_load(argv[1], "python3", &languages, &count) != ERR_OK)
        return 64;
    struct run_box *box = run_box_new();
    for (int i = 2; i < argc; i++)
        failed += !compare(box, languages, argv[i], i - 1);
    printf("1..%d\n", argc - 2);
    run_box_free(box);
    language_free(languages, count);
    return failed > 0;
}
