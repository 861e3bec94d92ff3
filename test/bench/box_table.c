/* The table of bench-box, and its JSON.
 *
 * Theory of operation.  Every round measures a few times of every row, ours and
 * the other's in turn, so that whatever else the host does falls on both.  A
 * figure is the median over the rounds of the round's median; a ratio is the
 * median over all pairs of neighbours.  All rows but that of all cores wait
 * before each of ours until box is idle.
 */
#include "test/bench/box.h"

#include "lib/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum {
    ROUNDS_MAX = 100,
    TIMES_MAX = 50 /* a row's in a round */
};

typedef double measure(struct bench *b);

struct row {
    const char *name, *against;
    measure *ours, *theirs;
    const char *file;    /* of the language that it needs; NULL none */
    const char *program; /* that it needs; NULL none */
    bool load;           /* on all cores, without a pause; shown as a rate */
    bool at_least;       /* the bar is "times faster"; else "of their time" */
    double bar;          /* 0: none */
    size_t times;        /* in each round */

    size_t n; /* so far; 0: skipped */
    double sample[2][ROUNDS_MAX * TIMES_MAX];
};

_Static_assert((int)SAMPLES_MAX >= (int)ROUNDS_MAX * (int)TIMES_MAX, "fits");

#define COLD_PYTHON                                                            \
    .against = "cold `python3 -I -m unittest`", .theirs = cold_unittest,       \
    .file = "x.py", .at_least = true

static struct row rows[] = {
    {.name = "trivial unittest, shared, idle: result in hand",
     .ours = shared_result,
     .bar = 40,
     .times = 10,
     COLD_PYTHON},
    {.name = "trivial unittest, shared, idle: slot empty, report written",
     .ours = shared_whole,
     .times = 5,
     COLD_PYTHON},
    {.name = "trivial unittest, split, idle: result in hand",
     .ours = split_result,
     .bar = 20,
     .times = 10,
     COLD_PYTHON},
    {.name = "trivial unittest, split, idle: slot empty, report written",
     .ours = split_whole,
     .times = 5,
     COLD_PYTHON},
    {.name = "trivial unittest, split, all cores",
     .against = "cold `python3 -I -m unittest`, all cores",
     .ours = load_split,
     .theirs = load_cold,
     .file = "x.py",
     .load = true,
     .at_least = true,
     .bar = 8,
     .times = 1},
    {.name = "static C program, exec zygote",
     .against = "`bwrap --unshare-all --ro-bind / / ./true`",
     .ours = static_box,
     .theirs = cold_bwrap,
     .program = "/usr/bin/bwrap",
     .at_least = true,
     .bar = 5,
     .times = 20},
    {.name = "C program, compile and run, first time",
     .against = "gcc alone",
     .ours = c_first,
     .theirs = cold_gcc,
     .file = "x.c",
     .bar = 1.25,
     .times = 5},
    {.name = "C program, compile and run, seen before",
     .against = "gcc alone",
     .ours = c_again,
     .theirs = cold_gcc,
     .file = "x.c",
     .bar = 0.1,
     .times = 5},
    {.name = "C++ with bits/stdc++.h, compile and run, first time",
     .against = "g++ alone, no PCH",
     .ours = cpp_first,
     .theirs = cold_gpp,
     .file = "x.cpp",
     .bar = 0.5,
     .times = 2},
    {.name = "C++ with bits/stdc++.h, compile and run, seen before",
     .against = "g++ alone, no PCH",
     .ours = cpp_again,
     .theirs = cold_gpp,
     .file = "x.cpp",
     .times = 1},
    {.name = "node program, idle",
     .against = "cold node",
     .ours = node_box,
     .theirs = cold_node,
     .file = "x.js",
     .bar = 0.5,
     .times = 5},
};

enum {
    NROWS = sizeof rows / sizeof rows[0]
};

/* -- measuring -- */

/* What this row needs, and this host lacks; NULL: nothing. */
static const char *
missing(const struct bench *b, const struct row *r)
{
    if (r->file != NULL && bench_language(b, r->file) == NULL)
        return "the language is not here";
    if (r->program != NULL && access(r->program, X_OK) != 0)
        return "the other program is not here";
    return NULL;
}

static void
round_of(struct bench *b, struct row *r)
{
    for (size_t i = 0; i < r->times; i++, r->n++) {
        if (!r->load)
            tree_idle(b->box_pid);
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
        rounds[i] = bench_quantile(r->sample[side] + i * r->times, r->times,
                                   0.5);
    return bench_quantile(rounds, n, 0.5);
}

static double
ratio_of(const struct row *r)
{
    double ratio[ROUNDS_MAX * TIMES_MAX];

    for (size_t i = 0; i < r->n; i++)
        ratio[i] = r->at_least ? r->sample[1][i] / r->sample[0][i]
                               : r->sample[0][i] / r->sample[1][i];
    return bench_quantile(ratio, r->n, 0.5);
}

static bool
reached(const struct row *r)
{
    return r->at_least ? ratio_of(r) >= r->bar : ratio_of(r) <= r->bar;
}

/* -- the table, in Markdown -- */

static void
print_side(const struct row *r, int side)
{
    double median = median_of(r, side);
    double best = bench_quantile(r->sample[side], r->n, 0);

    if (r->load)
        printf(" %.0f/s (%.0f/s) |", 1000 / median, 1000 / best);
    else
        printf(" %.2f ms (%.2f) |", median, best);
}

static void
print_row(const struct bench *b, const struct row *r)
{
    printf("| %s |", r->name);
    if (r->n == 0) {
        printf(" – | %s | – | – | skipped: %s |\n", r->against, missing(b, r));
        return;
    }
    print_side(r, 0);
    printf(" %s |", r->against);
    print_side(r, 1);
    if (r->at_least)
        printf(" %.1f× faster |", ratio_of(r));
    else
        printf(" %.3f× |", ratio_of(r));
    if (r->bar == 0)
        printf(" – |\n");
    else
        printf(" %s %g×: %s |\n", r->at_least ? "≥" : "≤", r->bar,
               reached(r) ? "yes" : "**no**");
}

static void
print_memory(const struct usage *u)
{
    if (u->slots == 0)
        printf("| memory (PSS) of box itself |");
    else
        printf("| memory (PSS) per idle slot, %s |", u->kind);
    if (u->pss_kb < 0)
        printf(" not ours to know | – | – | – | – |\n");
    else
        printf(" %.2f MB | – | – | – | – |\n",
               (double)u->pss_kb / 1024 /
                   (double)(u->slots > 0 ? u->slots : 1));
}

/* -- JSON -- */

static struct json *
side_json(const struct row *r, int side)
{
    struct json *o = json_object();
    struct buf all = {0};

    json_add_number(o, "median_ms", median_of(r, side));
    json_add_number(o, "least_ms", bench_quantile(r->sample[side], r->n, 0));
    for (size_t i = 0; i < r->n; i++)
        buf_fmt(&all, "%s%.4f", i == 0 ? "[" : ",", r->sample[side][i]);
    buf_str(&all, "]");
    json_add_raw(o, "samples_ms", all.data);
    buf_free(&all);
    return o;
}

static struct json *
row_json(const struct bench *b, const struct row *r)
{
    struct json *o = json_object();

    json_add_text(o, "measure", r->name);
    json_add_text(o, "against", r->against);
    if (r->n == 0) {
        json_add_text(o, "skipped", missing(b, r));
        return o;
    }
    json_add_int(o, "times_per_round", (int64_t)r->times);
    json_add_text(o, "ratio_is", r->at_least ? "theirs/ours" : "ours/theirs");
    json_add_number(o, "ratio", ratio_of(r));
    if (r->bar > 0) {
        json_add_number(o, "bar", r->bar);
        json_add_bool(o, "reached", reached(r));
    }
    json_add(o, "ours", side_json(r, 0));
    json_add(o, "theirs", side_json(r, 1));
    return o;
}

static struct json *
memory_json(const struct usage *u, size_t n)
{
    struct json *list = json_array();

    for (size_t i = 0; i < n; i++) {
        struct json *o = json_object();

        json_add_text(o, "kind", u[i].kind);
        json_add_int(o, "slots", (int64_t)u[i].slots);
        json_add_int(o, "processes", (int64_t)u[i].processes);
        if (u[i].pss_kb >= 0)
            json_add_int(o, "pss_kb", u[i].pss_kb);
        json_push(list, o);
    }
    return list;
}

/* The processor's name as the kernel says it. */
static char *
processor(void)
{
    struct buf b = {0};
    char *name = NULL, *line;

    if (buf_read_file(&b, "/proc/cpuinfo", 1 << 20) == 0 &&
        (line = strstr(b.data, "model name")) != NULL &&
        (line = strchr(line, ':')) != NULL)
        name = xstrndup(line + 2, strcspn(line + 2, "\n"));
    buf_free(&b);
    return name != NULL ? name : xstrdup("unknown");
}

static struct json *
machine_json(struct bench *b)
{
    struct json *o = json_object();
    struct utsname u;
    double load = 0;
    char *name = processor(), *box = NULL;

    uname(&u);
    getloadavg(&load, 1);
    if (run_describe(b->box, &box) != ERR_OK)
        bench_die("box does not answer");
    json_add_text(o, "processor", name);
    json_add_int(o, "cores", sysconf(_SC_NPROCESSORS_ONLN));
    json_add_text(o, "kernel", u.release);
    json_add_text(o, "box", box);
    json_add_number(o, "load_before", load);
    printf("%ld × %s, Linux %s, load %.1f before; box: %s\n\n",
           sysconf(_SC_NPROCESSORS_ONLN), name, u.release, load, box);
    if (load > 0.25 * (double)sysconf(_SC_NPROCESSORS_ONLN))
        printf("Others were at work on this machine: figures for a first look "
               "only.\n\n");
    free(name);
    free(box);
    return o;
}

static void
write_report(const char *path, const struct json *report)
{
    size_t size;
    char *text = json_print(report, &size);
    FILE *f = fopen(path, "we");

    if (f == NULL || fwrite(text, 1, size, f) != size || fclose(f) != 0)
        bench_die("cannot write %s", path);
    free(text);
}

void
bench_table(struct bench *b, const char *json, size_t rounds, const char *word)
{
    struct json *report = json_object(), *list = json_array();
    struct usage usage[USAGE_MAX];
    size_t nusage;

    if (rounds < 1 || rounds > ROUNDS_MAX)
        bench_die("1 to %d rounds", ROUNDS_MAX);
    json_add(report, "machine", machine_json(b));
    json_add_int(report, "rounds", (int64_t)rounds);
    json_add_int(report, "unix_time", time(NULL));
    for (size_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < NROWS; i++)
            if (strstr(rows[i].name, word) != NULL &&
                missing(b, &rows[i]) == NULL)
                round_of(b, &rows[i]);
    printf("| measure | Assay: median (best) | against | median (best) | "
           "ratio | bar |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < NROWS; i++) {
        if (strstr(rows[i].name, word) == NULL)
            continue;
        print_row(b, &rows[i]);
        json_push(list, row_json(b, &rows[i]));
    }
    json_add(report, "rows", list);
    tree_idle(b->box_pid);
    nusage = tree_usage(b->box_pid, usage);
    for (size_t i = 0; i < nusage; i++)
        print_memory(&usage[i]);
    json_add(report, "memory", memory_json(usage, nusage));
    write_report(json, report);
    json_free(report);
}
