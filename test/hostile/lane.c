/* Honest programs, one after the other, beside the attacks.  Whatever those do,
 * their verdicts do not change.
 *
 * A process of its own with a connection of its own.  It takes orders between
 * two runs: 'p' pause (answered 'P'), 'g' go on, 'q' report and end.
 */
#include "test/hostile/hostile.h"

#include "lib/log.h"

#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    HONEST_MAX = 32
};

struct honest {
    char name[64];
    int runs, wrong;
    long cpu_max, wall_max; /* ms */
    char why[200];          /* the first time that it was wrong */
};

static int orders = -1, answers = -1;
static pid_t lane = -1;
static char *beside; /* shared: the attack that runs now */

enum {
    BESIDE_SIZE = 128
};

/* -- in the lane -- */

static struct honest honest[HONEST_MAX];
static struct program programs[HONEST_MAX];
static int count;

static void
load(struct run_box *b)
{
    char folder[512];
    snprintf(folder, sizeof folder, "%s/honest", suite.folder);
    DIR *d = opendir(folder);
    struct dirent *e = NULL;
    while (d != NULL && (e = readdir(d)) != NULL && count < HONEST_MAX) {
        char path[1024], why[256] = "";
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (!program_load(&programs[count], b, path, why, sizeof why))
            fatal("honest program", "file=%s why=\"%s\"", path, why);
        if ((programs[count].head.only_cgroup && suite.soft) ||
            (programs[count].language == JAVASCRIPT && !suite.node))
            program_free(&programs[count]);
        else
            count++;
    }
    if (d != NULL)
        closedir(d);
}

static void
run_honest(struct run_box *b, int i)
{
    struct honest *h = &honest[i];
    struct run_result r;
    char why[160], attack[BESIDE_SIZE];
    snprintf(attack, sizeof attack, "%.100s", beside);
    /* every other time by the warm zygote, where there is one */
    bool warm = suite.warm && programs[i].language == PYTHON &&
                h->runs % 2 == 1;
    enum err e = program_run(&programs[i], b, warm, &r, why, sizeof why);
    h->runs++;
    if (*why != '\0' && h->wrong++ == 0)
        snprintf(h->why, sizeof h->why, "%.100s beside %.80s", why, attack);
    if (e != ERR_OK)
        return;
    if (r.cpu_ms > h->cpu_max)
        h->cpu_max = (long)r.cpu_ms;
    if (r.wall_ms > h->wall_max)
        h->wall_max = (long)r.wall_ms;
    run_result_free(&r);
}

static char
order(int in, bool wait)
{
    struct pollfd p = {.fd = in, .events = POLLIN};
    char c = 'q';
    if (!wait && poll(&p, 1, 0) == 0)
        return '\0';
    return read(in, &c, 1) == 1 ? c : 'q';
}

static void __attribute__((noreturn)) live(int in, int out)
{
    struct run_box *b = run_box_new();
    int next = 0;
    load(b);
    for (int i = 0; i < count; i++)
        memcpy(honest[i].name, programs[i].name, sizeof honest[i].name);
    for (char c = '\0'; c != 'q';) {
        c = order(in, false);
        if (c == 'p') {
            if (write(out, "P", 1) != 1)
                _exit(1);
            c = order(in, true);
        }
        if (c != 'q' && count > 0)
            run_honest(b, next++ % count);
    }
    for (int i = 0; i < count; i++) { /* a short suite: each once */
        if (honest[i].runs == 0)
            run_honest(b, i);
        if (write(out, &honest[i], sizeof honest[i]) != sizeof honest[i])
            _exit(1);
    }
    _exit(0);
}

/* -- in the driver -- */

void
lane_start(void)
{
    int to[2], from[2];
    beside = mmap(NULL, BESIDE_SIZE, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (beside == MAP_FAILED || pipe(to) != 0 || pipe(from) != 0)
        fatal("no lane", "%s", "");
    fflush(stdout);
    lane = fork();
    if (lane < 0)
        fatal("no lane", "%s", "");
    if (lane == 0) {
        close(to[1]);
        close(from[0]);
        live(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    orders = to[1];
    answers = from[0];
    lane_pause();
}

static void
say(char c)
{
    if (write(orders, &c, 1) != 1)
        fatal("the honest lane is dead", "%s", "");
}

void
lane_pause(void)
{
    char c = '\0';
    say('p');
    if (read(answers, &c, 1) != 1 || c != 'P')
        fatal("the honest lane is dead", "%s", "");
}

void
lane_go(const char *attack)
{
    snprintf(beside, BESIDE_SIZE, "%s", attack);
    say('g');
}

void
lane_stop(void (*result)(bool ok, const char *name, const char *what))
{
    struct honest h;
    int n = 0, total = 0, status = 1;
    say('q');
    while (read(answers, &h, sizeof h) == (ssize_t)sizeof h) {
        char name[160];
        snprintf(name, sizeof name, "honest %s beside the attacks", h.name);
        result(h.runs > 0 && h.wrong == 0, name,
               h.runs > 0 ? h.why : "it did not run");
        printf("# %d runs, %d wrong, at most %ld ms cpu, %ld ms wall\n", h.runs,
               h.wrong, h.cpu_max, h.wall_max);
        total += h.runs;
        n++;
    }
    waitpid(lane, &status, 0);
    result(n > 0 && status == 0, "honest programs ran to the end", "");
    printf("# %d honest runs\n", total);
}
