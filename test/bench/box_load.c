/* All cores at work: as many processes as cores, each doing one thing after
 * another until the time is up; what they finished within it counts. */
#include "test/bench/box.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Shared with the workers. */
struct window {
    atomic_size_t ready; /* workers that have done it once */
    _Atomic double end;  /* 0: not begun */
    atomic_size_t done;
};

static _Noreturn void
work(struct bench b, double (*once)(struct bench *), struct window *w)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    b.box = run_box_new();
    once(&b); /* connected, and the plan made */
    atomic_fetch_add(&w->ready, 1);
    while (w->end == 0)
        sched_yield();
    for (;;) {
        once(&b);
        if (now_ms() >= w->end)
            _exit(0);
        atomic_fetch_add(&w->done, 1);
    }
}

static double
load(struct bench *b, double (*once)(struct bench *))
{
    size_t cores = (size_t)sysconf(_SC_NPROCESSORS_ONLN), failed = 0;
    struct window *w = mmap(NULL, sizeof *w, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    double took;
    int status;

    if (w == MAP_FAILED)
        bench_die("no memory to share");
    for (size_t i = 0; i < cores; i++) {
        pid_t pid = fork();

        if (pid == -1)
            bench_die("cannot fork");
        if (pid == 0)
            work(*b, once, w);
    }
    while (w->ready < cores) {
        if (waitpid(-1, &status, WNOHANG) > 0)
            bench_die("a worker has failed");
        usleep(1000);
    }
    w->end = now_ms() + LOAD_WINDOW_MS;
    while (wait(&status) > 0)
        failed += status != 0;
    if (failed > 0 || w->done == 0)
        bench_die("%zu workers have failed", failed);
    took = (double)LOAD_WINDOW_MS / (double)w->done;
    munmap(w, sizeof *w);
    return took;
}

double
load_split(struct bench *b)
{
    return load(b, split_whole);
}

double
load_cold(struct bench *b)
{
    return load(b, cold_unittest);
}
