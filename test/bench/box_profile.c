/* Where the time of a split grading goes, stage by stage, and the processors'
 * time of everybody who has a part in it.
 *
 * The box is to have one slot of each kind.  "warm": the runners have
 * rehearsed.  "ready": they are there, but have not (the next job comes before
 * that).  "in a row": the next job is sent at once, so what its first frame
 * comes later than in a ready slot is the time until the slot was idle again.
 */
#include "test/bench/box.h"

#include "lib/clock.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    READY_MS = 4, /* box rehearses after 5 */
    SETTLE_MS = 200
};

struct profile {
    double first[SAMPLES_MAX], end[SAMPLES_MAX], exit[SAMPLES_MAX];
};

static double
rusage_ms(int who)
{
    struct rusage u;

    getrusage(who, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static void
print_stage(const char *name, const double *values, size_t n)
{
    printf("  %-30s median %7.3f   p10 %7.3f   p90 %7.3f ms\n", name,
           bench_quantile(values, n, 0.5), bench_quantile(values, n, 0.1),
           bench_quantile(values, n, 0.9));
}

/* What everybody has used of the processors so far. */
struct cpu {
    struct usage usage[USAGE_MAX];
    double client; /* the part of graderd, here */
    double submissions, tests;
};

static void
take_cpu(const struct bench *b, struct cpu *c)
{
    clock_sleep(SETTLE_MS);
    c->client = rusage_ms(RUSAGE_SELF) + rusage_ms(RUSAGE_CHILDREN);
    tree_usage(b->box_pid, c->usage);
    c->submissions = tree_leaf_ms("s");
    c->tests = tree_leaf_ms("t");
}

/* Per grading, since `before`. */
static void
print_cpu(const struct bench *b, const struct cpu *before, double n)
{
    static const char line[] = "  CPU, %-25s %7.3f ms (%.3f user, %.3f system)"
                               "\n";
    struct cpu after = {0};
    double all, zygotes = 0;

    take_cpu(b, &after);
    all = (after.client - before->client) / n;
    printf("  CPU, %-25s %7.3f ms\n", "client", all);
    for (size_t i = 0; i < USAGE_MAX && after.usage[i].kind[0] != '\0'; i++) {
        const struct usage *x = &before->usage[i], *y = &after.usage[i];
        double user = (y->user_ms - x->user_ms) / n;
        double system = (y->system_ms - x->system_ms) / n;

        all += user + system;
        zygotes += i > 0 ? user + system : 0;
        printf(line, y->kind, user + system, user, system);
    }
    if (after.tests >= 0) {
        double submissions = (after.submissions - before->submissions) / n;
        double tests = (after.tests - before->tests) / n;

        printf("  CPU, of these: submission %.3f, tests %.3f, the rest (forks, "
               "cleaning) %.3f ms\n",
               submissions, tests, zygotes - submissions - tests);
    }
    printf("  CPU, %-25s %7.3f ms per grading\n", "all", all);
}

static double
run(struct bench *b, const char *name, size_t count, int64_t pause_ms)
{
    static struct profile p;
    struct cpu before = {0};
    double start, took;

    bench_unittest(b, b->split); /* the plan is made */
    take_cpu(b, &before);
    start = now_ms();
    for (size_t i = 0; i < count; i++) {
        struct stages s;

        if (pause_ms == IDLE_MS)
            tree_idle(b->box_pid);
        else if (pause_ms > 0)
            clock_sleep(pause_ms);
        s = bench_unittest(b, b->split);
        p.first[i] = s.first;
        p.end[i] = s.end - s.first;
        p.exit[i] = s.exit - s.end;
    }
    took = now_ms() - start;
    printf("%s: %zu gradings, %.2f ms each with pauses of %d ms\n", name, count,
           took / (double)count, (int)pause_ms);
    print_stage("job in hand -> first frame", p.first, count);
    print_stage("first frame -> end frame", p.end, count);
    print_stage("end frame -> EXIT", p.exit, count);
    print_cpu(b, &before, (double)count);
    return bench_quantile(p.first, count, 0.5);
}

void
bench_profile(struct bench *b, size_t count)
{
    double ready, row;

    if (count < 1 || count > SAMPLES_MAX)
        bench_die("1 to %d gradings", SAMPLES_MAX);
    run(b, "warm", count, IDLE_MS);
    ready = run(b, "ready", count, READY_MS);
    row = run(b, "in a row", count, 0);
    printf("  %-30s about  %7.3f ms\n", "EXIT -> slot idle again", row - ready);
}

/* The processors' time under load, where nobody rehearses. */
void
bench_load_profile(struct bench *b)
{
    struct cpu before = {0};
    double each;

    take_cpu(b, &before);
    each = load_split(b);
    printf("all cores: %.1f gradings/s (%.0f)\n", 1000 / each,
           LOAD_WINDOW_MS / each);
    print_cpu(b, &before, LOAD_WINDOW_MS / each);
}
