/* bench-box: how fast the box is, against the bare commands.
 *
 *   box table JSON ROUNDS WORD  the table of docs/PERFORMANCE.md
 *   box profile COUNT           where the time of a split grading goes
 *   box load                    ... and that of the processors under load
 *
 * test/bench/box.sh starts it, beside a box of its own: $ASSAY_BOX_SOCKET,
 * $BOX_PID, $ASSAY_SHARE_DIR, and $BENCH_DIR, which is for us to fill.
 */
#include "test/bench/box.h"

#include "core/verdict.h"
#include "grader/prepare.h"
#include "grader/probe.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/secret.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TIME_LIMIT_MS = 10000 /* a busy host ends no benchmark */
};

void
bench_die(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fputs("bench-box: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

const struct language *
bench_language(const struct bench *b, const char *file)
{
    const struct language *l = language_of_file(b->languages, b->nlanguages,
                                                file);

    return l != NULL && l->build[0] != '\0' ? l : NULL;
}

const struct package_blob *
bench_program(const struct bench *b, const char *extension)
{
    for (size_t i = 0; i < b->hello->nsubmissions; i++) {
        const struct package_blob *p = &b->hello->submissions[i];

        if (strcmp(strrchr(p->name, '.') + 1, extension) == 0)
            return p;
    }
    bench_die("no program in %s", extension);
}

static int
by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

double
bench_quantile(const double *values, size_t n, double share)
{
    double sorted[SAMPLES_MAX], place = share * (double)(n - 1);
    size_t at = (size_t)place;

    if (n == 0 || n > SAMPLES_MAX)
        bench_die("%zu samples", n);
    memcpy(sorted, values, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    if (at + 1 == n)
        return sorted[at];
    return sorted[at] + (place - (double)at) * (sorted[at + 1] - sorted[at]);
}

/* -- what is measured -- */

static struct package *
load_package(const char *dir, bool shared)
{
    struct buf archive = {0}, why = {0};
    struct package *p = NULL;

    if (package_pack(dir, &archive, &why) != ERR_OK ||
        package_read("bench", archive.data, archive.size, &p, &why) != ERR_OK)
        bench_die("%s: %s", dir, why.data != NULL ? why.data : "no package");
    p->shared = shared;
    p->time_limit_ms = TIME_LIMIT_MS;
    buf_free(&archive);
    buf_free(&why);
    return p;
}

static void
write_file(const struct bench *b, const char *name, const char *data,
           size_t size)
{
    char *path = xasprintf("%s/%s", b->dir, name);
    FILE *f = fopen(path, "we");

    if (f == NULL || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        bench_die("cannot write %s", path);
    free(path);
}

static const char *
environment(const char *name)
{
    const char *value = getenv(name);

    if (value == NULL || *value == '\0')
        bench_die("no $%s: test/bench/box.sh starts this", name);
    return value;
}

/* What both the box and the cold commands are given. */
static void
write_files(const struct bench *b)
{
    static const char *const extensions[] = {"c", "cpp", "js"};

    for (size_t i = 0; i < b->split->nunittests; i++)
        write_file(b, b->split->unittests[i].name, b->split->unittests[i].data,
                   b->split->unittests[i].size);
    write_file(b, "solution.py", b->split->submissions[0].data,
               b->split->submissions[0].size);
    for (size_t i = 0; i < 3; i++) {
        const struct package_blob *p = bench_program(b, extensions[i]);
        const struct language *l = bench_language(b, p->name);

        if (l != NULL)
            write_file(b, l->source, p->data, p->size);
    }
}

static void
set_up(struct bench *b)
{
    static const char unittest[] = "courses/demo/hello";
    char *languages = xasprintf("%s/languages", conf()->share_dir);
    struct buf program = {0};
    char *path;

    b->dir = environment("BENCH_DIR");
    b->box_pid = (pid_t)strtol(environment("BOX_PID"), NULL, 10);
    b->box = run_box_new();
    if (language_load(languages, "", &b->languages, &b->nlanguages) != ERR_OK)
        bench_die("%s: no languages", languages);
    probe_languages(b->languages, b->nlanguages);
    prepare_languages(b->languages, b->nlanguages);
    b->split = load_package(unittest, false);
    b->shared = load_package(unittest, true);
    b->hello = load_package("test/bench/hello", false);
    write_files(b);
    path = xasprintf("%s/true", b->dir);
    if (buf_read_file(&program, path, 16 << 20) != 0)
        bench_die("cannot read %s", path);
    b->true_fd = run_memfd("true", program.data, program.size);
    if (b->true_fd == -1)
        bench_die("cannot make a memfd");
    buf_free(&program);
    free(path);
    free(languages);
}

static void
tear_down(struct bench *b)
{
    close(b->true_fd);
    package_free(b->split);
    package_free(b->shared);
    package_free(b->hello);
    language_free(b->languages, b->nlanguages);
    run_box_free(b->box);
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    struct bench b = {.true_fd = -1};

    log_open("bench-box");
    secret_init();
    if (conf_load(NULL) == -1)
        return 78;
    set_up(&b);
    if (strcmp(what, "table") == 0 && argc == 5)
        bench_table(&b, argv[2], strtoul(argv[3], NULL, 10), argv[4]);
    else if (strcmp(what, "profile") == 0 && argc == 3)
        bench_profile(&b, strtoul(argv[2], NULL, 10));
    else if (strcmp(what, "load") == 0 && argc == 2)
        bench_load_profile(&b);
    else
        bench_die("table JSON ROUNDS WORD, profile COUNT, or load");
    tear_down(&b);
    return 0;
}
