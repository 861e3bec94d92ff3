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
    size_t n;
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

/* Per grading, since `before`; ours (the part of graderd) in `client_ms`. */
static void
print_cpu(const struct bench *b, const struct usage *before, size_t n,
          double client_ms)
{
    struct usage after[USAGE_MAX];
    size_t kinds = tree_usage(b->box_pid, after);
    double count = (double)n, all = client_ms / count;

    printf("  CPU ms per grading: client %.3f", client_ms / count);
    for (size_t i = 0; i < kinds; i++) {
        double user = (after[i].user_ms - before[i].user_ms) / count;
        double system = (after[i].system_ms - before[i].system_ms) / count;

        all += user + system;
        printf(", %s %.3f user + %.3f system", after[i].kind, user, system);
    }
    printf("; all %.3f\n", all);
}

static double
run(struct bench *b, const char *name, size_t count, int64_t pause_ms)
{
    static struct profile p;
    struct usage before[USAGE_MAX];
    double client, start;

    clock_sleep(SETTLE_MS);
    bench_unittest(b, b->split);
    clock_sleep(SETTLE_MS);
    tree_usage(b->box_pid, before);
    client = rusage_ms(RUSAGE_SELF);
    start = now_ms();
    for (p.n = 0; p.n < count; p.n++) {
        struct stages s;

        if (pause_ms > 0)
            clock_sleep(pause_ms);
        s = bench_unittest(b, b->split);
        p.first[p.n] = s.first;
        p.end[p.n] = s.end - s.first;
        p.exit[p.n] = s.exit - s.end;
    }
    printf("%s: %zu gradings, %.2f ms each with the pauses of %d ms\n", name,
           count, (now_ms() - start) / (double)count, (int)pause_ms);
    client = rusage_ms(RUSAGE_SELF) - client;
    clock_sleep(SETTLE_MS);
    print_stage("job in hand -> first frame", p.first, count);
    print_stage("first frame -> end frame", p.end, count);
    print_stage("end frame -> EXIT", p.exit, count);
    print_cpu(b, before, count, client);
    return bench_quantile(p.first, count, 0.5);
}

void
bench_profile(struct bench *b, size_t count)
{
    double ready, row;

    if (count > SAMPLES_MAX)
        bench_die("at most %d", SAMPLES_MAX);
    run(b, "warm", count, IDLE_MS);
    ready = run(b, "ready", count, READY_MS);
    row = run(b, "in a row", count, 0);
    printf("  %-30s about  %7.3f ms\n", "EXIT -> slot idle again", row - ready);
}

/* The processors' time under load, where nobody rehearses. */
void
bench_load_profile(struct bench *b)
{
    struct usage before[USAGE_MAX];
    double client, each;
    size_t n;

    clock_sleep(SETTLE_MS);
    tree_usage(b->box_pid, before);
    client = rusage_ms(RUSAGE_CHILDREN);
    each = load_split(b);
    client = rusage_ms(RUSAGE_CHILDREN) - client;
    n = (size_t)(LOAD_WINDOW_MS / each + 0.5);
    clock_sleep(SETTLE_MS);
    printf("all cores, split: %.1f gradings/s (%zu)\n", 1000 / each, n);
    print_cpu(b, before, n, client);
}
