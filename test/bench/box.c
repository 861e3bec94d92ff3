/* bench-box: how fast the box is, against the bare commands.
 *
 *   box table JSON [ROUNDS]     the table of docs/PERFORMANCE.md
 *   box profile [COUNT]         where the time of a split grading goes
 *
 * test/bench/box.sh starts it, beside a box of its own: $ASSAY_BOX_SOCKET,
 * $BOX_PID, $ASSAY_SHARE_DIR, and $BENCH_DIR, which is for us to fill.
 *
 * Theory of operation.  Every round measures a few times of every row, ours and
 * the other's in turn, so that whatever else the host does falls on both.  A
 * figure is the median over the rounds of the round's median; a ratio is the
 * median over all pairs of neighbours.  Rows that say "idle" wait before each
 * job, until the slot has rehearsed (grader/box/slot.c); the other rows do not
 * wait at all.
 */
#include "test/bench/box.h"

#include "core/verdict.h"
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
    ROUNDS = 7,
    ROUNDS_MAX = 100,
    TIMES_MAX = 50, /* a row's in a round */
    IDLE_MS = 30    /* box rehearses 5 ms after the last run */
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

/* -- the rows -- */

typedef double measure(struct bench *b);

struct row {
    const char *name, *against;
    measure *ours, *theirs;
    bool idle;     /* wait before each of ours */
    bool at_least; /* the bar is "times faster"; else "of the other's time" */
    double bar;    /* 0: none, reported only */
    size_t times;  /* in each round */

    size_t n; /* so far */
    double sample[2][ROUNDS_MAX * TIMES_MAX];
};

static const char cold_python[] = "cold python3 -I -m unittest";

static struct row rows[] = {
    {.name = "trivial unittest, shared, idle: result in hand",
     .against = cold_python,
     .ours = shared_result,
     .theirs = cold_unittest,
     .idle = true,
     .at_least = true,
     .bar = 40,
     .times = 10},
    {.name = "the same, whole grading",
     .against = cold_python,
     .ours = shared_whole,
     .theirs = cold_unittest,
     .idle = true,
     .at_least = true,
     .times = 5},
    {.name = "trivial unittest, split, idle: result in hand",
     .against = cold_python,
     .ours = split_result,
     .theirs = cold_unittest,
     .idle = true,
     .at_least = true,
     .bar = 20,
     .times = 10},
    {.name = "the same, whole grading",
     .against = cold_python,
     .ours = split_whole,
     .theirs = cold_unittest,
     .idle = true,
     .at_least = true,
     .times = 5},
};

enum {
    NROWS = sizeof rows / sizeof rows[0]
};

static int
by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

double
bench_median(const double *values, size_t n)
{
    double sorted[ROUNDS_MAX * TIMES_MAX], m;

    memcpy(sorted, values, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    m = sorted[n / 2];
    return n % 2 == 1 ? m : (m + sorted[n / 2 - 1]) / 2;
}

static void
round_of(struct bench *b, struct row *r)
{
    for (size_t i = 0; i < r->times; i++, r->n++) {
        if (r->idle)
            clock_sleep(IDLE_MS);
        r->sample[0][r->n] = r->ours(b);
        r->sample[1][r->n] = r->theirs(b);
    }
}

/* Over the rounds, of the rounds' medians. */
static double
median_of(const struct row *r, int side)
{
    double rounds[ROUNDS_MAX];
    size_t n = r->n / r->times;

    for (size_t i = 0; i < n; i++)
        rounds[i] = bench_median(r->sample[side] + i * r->times, r->times);
    return bench_median(rounds, n);
}

static double
least_of(const struct row *r, int side)
{
    double least = r->sample[side][0];

    for (size_t i = 1; i < r->n; i++)
        if (r->sample[side][i] < least)
            least = r->sample[side][i];
    return least;
}

static double
ratio_of(const struct row *r)
{
    double ratio[ROUNDS_MAX * TIMES_MAX];

    for (size_t i = 0; i < r->n; i++)
        ratio[i] = r->at_least ? r->sample[1][i] / r->sample[0][i]
                               : r->sample[0][i] / r->sample[1][i];
    return bench_median(ratio, r->n);
}

static void
print_row(const struct row *r)
{
    double ratio = ratio_of(r);
    char bar[32] = "–";

    if (r->bar > 0)
        snprintf(bar, sizeof bar, "%s %gx%s", r->at_least ? "≥" : "≤", r->bar,
                 (r->at_least ? ratio >= r->bar : ratio <= r->bar) ? ""
                                                                   : " MISSED");
    printf("| %s | %.2f (%.2f) | %s | %.1f (%.1f) | %.*fx | %s |\n", r->name,
           median_of(r, 0), least_of(r, 0), r->against, median_of(r, 1),
           least_of(r, 1), r->at_least ? 1 : 3, ratio, bar);
}

static void
table(struct bench *b, const char *json, size_t rounds)
{
    (void)json;
    for (size_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < NROWS; i++)
            round_of(b, &rows[i]);
    printf("| measure | ours, ms: median (least) | against | ms | ratio | bar "
           "|\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < NROWS; i++)
        print_row(&rows[i]);
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

static void
set_up(struct bench *b)
{
    static const char hello[] = "courses/demo/hello";
    char *languages = xasprintf("%s/languages", conf()->share_dir);

    b->dir = environment("BENCH_DIR");
    b->box_pid = (pid_t)strtol(environment("BOX_PID"), NULL, 10);
    b->box = run_box_new();
    if (language_load(languages, "", &b->languages, &b->nlanguages) != ERR_OK)
        bench_die("%s: no languages", languages);
    probe_languages(b->languages, b->nlanguages);
    b->split = load_package(hello, false);
    b->shared = load_package(hello, true);
    for (size_t i = 0; i < b->split->nunittests; i++)
        write_file(b, b->split->unittests[i].name, b->split->unittests[i].data,
                   b->split->unittests[i].size);
    write_file(b, "solution.py", b->split->submissions[0].data,
               b->split->submissions[0].size);
    free(languages);
}

int
main(int argc, char **argv)
{
    struct bench b = {.static_fd = -1};
    size_t n = argc > 3 ? strtoul(argv[3], NULL, 10) : ROUNDS;

    if (argc < 3 || strcmp(argv[1], "table") != 0 || n < 1 || n > ROUNDS_MAX)
        return 64;
    log_open("bench-box");
    secret_init();
    if (conf_load(NULL) == -1)
        return 78;
    set_up(&b);
    table(&b, argv[2], n);
    return 0;
}
