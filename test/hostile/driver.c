/* Run hostile programs through run_program() on a real box, and compare what
 * happened with what each program's head declares.
 *
 *   driver BOX_PID FIRST_UID SLOTS FOLDER FILE...
 *
 * Head lines, after "# " or "// ":
 *   end: exited 0 | signaled 9 | cpu | wall | memory | output | refused
 *        | compile error (in the compiler's time and space)
 *   warm end: …        where it ends otherwise warm (and a line why)
 *   never: TEXT        what neither the compiler nor the program may print
 *   limits: cpu=1000 wall=3000 memory=65536 processes=16 output=64 disk=4096
 *   compiler: cpu=1000 …   the compiler's limits
 *   artefact: NAME [absent]
 *   also: NAME TEXT    another file in the working directory
 *   pad: 1024          the source is made so many KiB longer
 *   stdin: TEXT        channel: TEXT (what must come over it)
 *   runs: 2            the program runs so often
 *   beside: 2          in so many slots at once
 *   under: 500         wall_ms must be below
 *   measured: 16384    KiB that the memory reported may be above what the
 *                      program says by a line "used KIB"; not below
 *   only: cgroup       skipped where limits are soft
 *   only: cold | warm  run in this way alone
 *   exact: cpu         the program burns so many ms itself: never multiplied
 * A program that exits 0 must have printed a line "ok", and none "not ok …".
 *
 * $HOSTILE_SLOWNESS multiplies the times, for hosts that are emulated.
 *
 * Python programs run cold, and again by the python3 zygote if box has one;
 * JavaScript in the node zygote, cold and by a node that was started ahead.
 * Beside each run honest programs run in another slot (lane.c).  After it the
 * host is as it was (host.c), and the next program of the slot finds nothing
 * (after.c).  Output is TAP.  C and C++ are compiled in the box, as a
 * submission is.
 */
#include "test/hostile/hostile.h"

#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BESIDE_MAX = 8,
    WHY = 600
};

struct suite suite = {.slowness = 1};

static int tests, failures;

static void
result(bool ok, const char *name, const char *what)
{
    printf("%sok %d - %s%s%s\n", ok ? "" : "not ", ++tests, name,
           *what ? ": " : "", what);
    fflush(stdout);
    failures += !ok;
}

static void
comment(const struct buf *b)
{
    bool fresh = true;
    for (size_t i = 0; i < b->size && i < 2000; i++) {
        if (fresh)
            fputs("# ", stdout);
        unsigned char c = (unsigned char)b->data[i];
        putchar(isprint(c) || c == '\n' ? c : '?');
        fresh = c == '\n';
    }
    if (!fresh)
        putchar('\n');
}

/* -- one program -- */

/* One of the copies that run side by side. */
struct copy {
    struct run_box *box;
    const struct program *program;
    bool warm;
    enum err err;
    struct run_result result;
    char why[WHY];
};

static void *
run_copy(void *cookie)
{
    struct copy *c = cookie;
    c->err = program_run(c->program, c->box, c->warm, &c->result, c->why,
                         sizeof c->why);
    return NULL;
}

static void
tell(const struct copy *c)
{
    if (c->err != ERR_OK)
        return;
    printf("# cpu %lld ms, wall %lld ms, memory %lld KiB\n",
           (long long)c->result.cpu_ms, (long long)c->result.wall_ms,
           (long long)c->result.memory_kb);
    comment(&c->result.out);
    comment(&c->result.err);
}

/* Is the host as it was, and every slot of the kind?  In node's a look first:
 * then nothing is started ahead, as at the beginning. */
static void
look_around(const struct program *p, bool warm, char *why, size_t size)
{
    enum after kind = p->language == JAVASCRIPT       ? AFTER_NODE
                      : p->language == PYTHON && warm ? AFTER_PYTHON3
                                                      : AFTER_EXEC;
    if (kind == AFTER_NODE) {
        if (after_clean(kind, why, size))
            host_clean(why, size);
    } else if (host_clean(why, size)) {
        after_clean(kind, why, size);
    }
}

/* All copies once, and what there is to see afterwards. */
static void
run_once(struct copy *copies, const struct program *p, bool warm)
{
    pthread_t thread[BESIDE_MAX];
    char name[128], why[WHY] = "";
    int n = p->head.beside < BESIDE_MAX ? p->head.beside : BESIDE_MAX;
    snprintf(name, sizeof name, "%s%s", p->name, warm ? ", warm" : "");
    if (warm && p->language == JAVASCRIPT && !after_ahead(copies[0].box)) {
        result(false, name, "no node was started ahead");
        return;
    }
    lane_go(name);
    for (int i = 0; i < n; i++) {
        copies[i].program = p;
        copies[i].warm = warm;
        if (pthread_create(&thread[i], NULL, run_copy, &copies[i]) != 0)
            fatal("no thread", "copy=%d", i);
    }
    for (int i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
    lane_pause();
    for (int i = 0; i < n && *why == '\0'; i++)
        memcpy(why, copies[i].why, sizeof why);
    if (*why == '\0')
        look_around(p, warm, why, sizeof why);
    result(*why == '\0', name, why);
    for (int i = 0; i < n; i++) {
        if (*why != '\0')
            tell(&copies[i]);
        if (copies[i].err == ERR_OK)
            run_result_free(&copies[i].result);
    }
}

/* Cold where there is such a zygote, then warm. */
static void
run_all(struct copy *copies, const struct program *p)
{
    bool warm = p->language == PYTHON       ? suite.warm
                : p->language == JAVASCRIPT ? suite.node
                                            : false;
    for (int i = 0; !p->head.only_warm && i < p->head.runs; i++)
        run_once(copies, p, false);
    for (int i = 0; warm && !p->head.only_cold && i < p->head.runs; i++)
        run_once(copies, p, true);
}

static void
run_file(struct copy *copies, const char *path)
{
    struct program p;
    char why[WHY] = "";
    const char *skip = NULL;
    lane_go(path);
    bool runs = program_load(&p, copies[0].box, path, why, sizeof why);
    lane_pause();
    if (p.head.only_cgroup && suite.soft)
        skip = "soft limits";
    else if (p.language == JAVASCRIPT && !suite.node)
        skip = "no node";
    if (skip != NULL) {
        printf("ok %d - %s # SKIP %s\n", ++tests, p.name, skip);
    } else if (runs) {
        run_all(copies, &p);
    } else { /* the compiler has ended it: rightly? */
        if (*why == '\0')
            look_around(&p, false, why, sizeof why);
        result(*why == '\0', p.name, why);
    }
    program_free(&p);
}

int
main(int argc, char **argv)
{
    struct copy copies[BESIDE_MAX] = {{0}};
    char *box = NULL;
    log_open("driver");
    if (getenv("HOSTILE_SLOWNESS") != NULL)
        suite.slowness = atoi(getenv("HOSTILE_SLOWNESS"));
    if (argc < 6 || conf_load(NULL) != 0)
        return 2;
    suite.box_pid = atoi(argv[1]);
    suite.first_uid = (unsigned)strtoul(argv[2], NULL, 10);
    suite.slots = atoi(argv[3]);
    suite.folder = argv[4];
    for (int i = 0; i < BESIDE_MAX; i++) {
        free(box);
        copies[i].box = run_box_new();
        if (run_describe(copies[i].box, &box) != ERR_OK)
            return 2;
    }
    suite.soft = strstr(box, "SOFT memory") != NULL;
    suite.warm = strstr(box, "python3") != NULL;
    suite.node = strstr(box, "node") != NULL;
    printf("# box: %s\n", box);
    free(box);
    after_load(copies[0].box);
    lane_start();
    /* every connection that there will be is open now, and stays */
    char why[WHY] = "";
    for (int i = 0; i < AFTERS && *why == '\0'; i++)
        after_clean(i, why, sizeof why);
    result(*why == '\0', "fresh slots", why);
    host_remember();
    for (int i = 5; i < argc; i++)
        run_file(copies, argv[i]);
    lane_stop(result);
    printf("1..%d\n", tests);
    for (int i = 0; i < BESIDE_MAX; i++)
        run_box_free(copies[i].box);
    return failures != 0;
}
