/* Run hostile programs through run_program() on a real box, and compare what
 * happened with what each program's head declares.
 *
 *   driver BOX_PID FIRST_UID FILE...
 *
 * Head lines, after "# " or "// ":
 *   end: exited 0 | signaled 9 | cpu | wall | memory | output | refused
 *        | compile error (in the compiler's time and space)
 *   never: TEXT        what no diagnostic of the compiler may contain
 *   limits: cpu=1000 wall=3000 memory=65536 processes=16 output=64 disk=4096
 *   artefact: NAME [absent]
 *   stdin: TEXT        channel: TEXT (what must come over it)
 *   runs: 2            the program runs so often
 *   under: 500         wall_ms must be below
 *   measured: 16384    KiB that the memory reported may be above what the
 * program says by a line "used KIB"; it may not be below only: cgroup skipped
 * where limits are soft exact: cpu         the program burns so many ms itself:
 * never multiplied A program that exits 0 must have printed a line "ok" and no
 * "not ok …".
 *
 * $HOSTILE_SLOWNESS multiplies the times, for hosts that are emulated.
 *
 * After each program the host must be clean: nobody of the box's ids but idle
 * runners and zygotes, as many descriptors in box as before, no new mount.
 * Output is TAP.  C programs are compiled in the box, as a submission is.
 * JavaScript runs in the node zygote, the first cold, and no other before a
 * node that was started ahead waits there.
 */
#include "test/hostile/ahead.h"

#include "grader/run.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"

#include <ctype.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct head {
    char end[64];
    char artefact[64];
    char channel[64];
    char input[64];
    char never[64];
    bool artefact_absent;
    bool only_cgroup;
    bool exact_cpu;
    int runs;
    long under;
    long measured;
    struct run_limits limits;
};

static int tests, failures, box_pid;
static unsigned first_uid;
static bool soft, node_used;
static int slowness = 1;

static void
result(bool ok, const char *name, const char *what)
{
    printf("%sok %d - %s%s%s\n", ok ? "" : "not ", ++tests, name,
           *what ? ": " : "", what);
    fflush(stdout);
    failures += !ok;
}

static void
comment(const char *text, size_t size)
{
    bool fresh = true;
    for (size_t i = 0; i < size && i < 2000; i++) {
        if (fresh)
            fputs("# ", stdout);
        unsigned char c = (unsigned char)text[i];
        putchar(isprint(c) || c == '\n' ? c : '?');
        fresh = c == '\n';
    }
    if (!fresh)
        putchar('\n');
}

/* -- heads -- */

static void
read_limits(struct run_limits *l, char *text)
{
    const struct {
        const char *name;
        int64_t *value;
    } names[] = {{"cpu", &l->cpu_ms},          {"wall", &l->wall_ms},
                 {"memory", &l->memory_kb},    {"output", &l->output_kb},
                 {"processes", &l->processes}, {"disk", &l->disk_kb}};
    char *state = NULL;
    for (char *w = strtok_r(text, " ", &state); w != NULL;
         w = strtok_r(NULL, " ", &state)) {
        char *eq = strchr(w, '=');
        bool known = false;
        for (size_t i = 0; eq != NULL && i < 6; i++) {
            if (strncmp(w, names[i].name, (size_t)(eq - w)) == 0) {
                *names[i].value = atoll(eq + 1);
                known = true;
            }
        }
        if (!known)
            fatal("bad limit", "word=%s", w);
    }
}

static void
head_line(struct head *h, char *line)
{
    char *value = strstr(line, ": ");
    if (value == NULL)
        return;
    *value = '\0';
    value += 2;
    if (strcmp(line, "end") == 0)
        snprintf(h->end, sizeof h->end, "%s", value);
    else if (strcmp(line, "limits") == 0)
        read_limits(&h->limits, value);
    else if (strcmp(line, "artefact") == 0) {
        h->artefact_absent = strstr(value, " absent") != NULL;
        snprintf(h->artefact, sizeof h->artefact, "%.*s",
                 (int)strcspn(value, " "), value);
    } else if (strcmp(line, "channel") == 0)
        snprintf(h->channel, sizeof h->channel, "%s", value);
    else if (strcmp(line, "stdin") == 0)
        snprintf(h->input, sizeof h->input, "%s", value);
    else if (strcmp(line, "never") == 0)
        snprintf(h->never, sizeof h->never, "%s", value);
    else if (strcmp(line, "runs") == 0)
        h->runs = atoi(value);
    else if (strcmp(line, "under") == 0)
        h->under = atol(value);
    else if (strcmp(line, "measured") == 0)
        h->measured = atol(value);
    else if (strcmp(line, "only") == 0)
        h->only_cgroup = true;
    else if (strcmp(line, "exact") == 0)
        h->exact_cpu = true;
}

static void
read_head(struct head *h, const char *source)
{
    *h = (struct head){.runs = 1,
                       .limits = {.cpu_ms = 2000,
                                  .wall_ms = 10000,
                                  .memory_kb = 131072,
                                  .processes = 32,
                                  .output_kb = 64,
                                  .disk_kb = 8192}};
    char *copy = xstrdup(source), *state = NULL;
    for (char *line = strtok_r(copy, "\n", &state); line != NULL;
         line = strtok_r(NULL, "\n", &state)) {
        if (strncmp(line, "# ", 2) == 0)
            head_line(h, line + 2);
        else if (strncmp(line, "// ", 3) == 0)
            head_line(h, line + 3);
        else
            break;
    }
    if (!h->exact_cpu)
        h->limits.cpu_ms *= slowness;
    h->limits.wall_ms *= slowness;
    h->under *= slowness;
    free(copy);
}

/* -- the host -- */

static int
count_fds(int pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *d = opendir(path);
    int n = 0;
    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n;
}

/* Processes with an id of the box that are neither zygotes nor the runner
 * that waits in each slot: uid A is the zygote's (and its runner's, until it
 * has a job), B and C are programs'.  Unprivileged: not countable so. */
static int
count_programs(char *who, size_t size)
{
    DIR *d = opendir("/proc");
    struct dirent *e = NULL;
    int n = 0;
    while (d != NULL && (e = readdir(d)) != NULL) {
        char path[300], line[256], name[64] = "";
        unsigned uid = 0;
        if (!isdigit((unsigned char)e->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%s/status", e->d_name);
        FILE *f = fopen(path, "re");
        while (f != NULL && fgets(line, sizeof line, f) != NULL) {
            sscanf(line, "Name: %63s", name);
            sscanf(line, "Uid: %u", &uid);
        }
        if (f != NULL)
            fclose(f);
        if (uid >= first_uid && uid < first_uid + 3 * 256 &&
            (uid - first_uid) % 3 != 0 && !ahead_waits(atoi(e->d_name))) {
            n++;
            snprintf(who, size, "%s(%u)", name, uid);
        }
    }
    if (d != NULL)
        closedir(d);
    return n;
}

static int
count_lines(const char *path)
{
    FILE *f = fopen(path, "re");
    int n = 0, c = 0;
    while (f != NULL && (c = getc(f)) != EOF)
        n += c == '\n';
    if (f != NULL)
        fclose(f);
    return n;
}

static int base_fds, base_mounts;

/* The slots make themselves ready again meanwhile: wait for that, not for a
 * time. */
static bool
host_clean(char *why, size_t size)
{
    char who[128] = "";
    int fds = 0, programs = 0, mounts = 0;
    for (int i = 0; i < 200 * slowness; i++) {
        fds = count_fds(box_pid);
        programs = soft ? 0 : count_programs(who, sizeof who);
        mounts = count_lines("/proc/self/mountinfo");
        if (fds == base_fds && programs == 0 && mounts == base_mounts)
            return true;
        poll(NULL, 0, 25);
    }
    snprintf(why, size,
             "host not clean: %d programs left %s, box has %d descriptors "
             "(%d before), %d mounts (%d)",
             programs, who, fds, base_fds, mounts, base_mounts);
    return false;
}

/* -- running -- */

static const char *
end_text(const struct run_result *r, char *text, size_t size)
{
    static const char *const names[] = {
        [RUN_EXITED] = "exited", [RUN_SIGNALED] = "signaled",
        [RUN_CPU] = "cpu",       [RUN_WALL] = "wall",
        [RUN_MEMORY] = "memory", [RUN_OUTPUT] = "output"};
    if (r->end == RUN_EXITED || r->end == RUN_SIGNALED)
        snprintf(text, size, "%s %d", names[r->end], r->status);
    else
        snprintf(text, size, "%s", names[r->end]);
    return text;
}

static bool
heard(void *cookie, const char *data, size_t size)
{
    buf_add(cookie, data, size);
    return true;
}

/* Compile C in the box, as a submission is.  The artefact, the caller's; -1
 * when there is none, and then the test is done. */
static int
compile(struct run_box *b, const char *name, const struct head *h, int source)
{
    const char *const argv[] = {"/usr/bin/gcc", "-O1",    "-pthread", "-o",
                                "program",      "prog.c", NULL};
    struct run_request q = {.argv = argv,
                            .files = {{"prog.c", source, 0444}},
                            .nfiles = 1,
                            .stdin_fd = -1,
                            .artefact = "program",
                            .limits = {.cpu_ms = 5000 * slowness,
                                       .wall_ms = 30000 * slowness,
                                       .memory_kb = 524288,
                                       .processes = 16,
                                       .output_kb = 256,
                                       .disk_kb = 65536}};
    struct run_result r;
    enum err e = run_program(b, &q, NULL, NULL, &r);
    if (e != ERR_OK) {
        result(false, name, "the compiler does not run");
        return -1;
    }
    bool must_fail = strcmp(h->end, "compile error") == 0;
    bool built = r.end == RUN_EXITED && r.status == 0 && r.artefact_fd >= 0;
    const char *said = r.err.data != NULL ? r.err.data : "";
    bool leaked = h->never[0] != '\0' && strstr(said, h->never) != NULL;
    int fd = built && !must_fail ? r.artefact_fd : -1;
    if (fd >= 0)
        r.artefact_fd = -1;
    else
        result(!built && must_fail && !leaked, name,
               built       ? "it compiles"
               : leaked    ? "the compiler tells"
               : must_fail ? ""
                           : "does not compile in the box");
    if (!built && !must_fail)
        comment(said, r.err.size);
    run_result_free(&r);
    return fd;
}

/* Does the output keep its promise?  NULL, or what is wrong. */
static const char *
output_fault(const struct head *h, const struct run_result *r)
{
    const char *out = r->out.data != NULL ? r->out.data : "";
    if (strcmp(h->end, "exited 0") != 0)
        return NULL;
    if (strncmp(out, "not ok", 6) == 0 || strstr(out, "\nnot ok") != NULL)
        return "it got through";
    if (strncmp(out, "ok\n", 3) != 0 && strstr(out, "\nok\n") == NULL)
        return "it did not say ok";
    return NULL;
}

static bool
measured(const struct head *h, const struct run_result *r)
{
    const char *out = r->out.data != NULL ? r->out.data : "";
    const char *used = strstr(out, "used ");
    long kb = used != NULL ? atol(used + 5) : 0;
    return kb > 0 && r->memory_kb >= kb && r->memory_kb <= kb + h->measured;
}

static bool
judge(const struct head *h, enum err e, const struct run_result *r,
      const struct buf *channel, char *why, size_t size)
{
    char end[64] = "refused";
    const char *fault = NULL;
    if (e == ERR_OK)
        end_text(r, end, sizeof end);
    else if (e != ERR_INTERNAL)
        snprintf(end, sizeof end, "error %s", err_name(e));
    if (strcmp(end, h->end) != 0)
        snprintf(why, size, "ended '%s', not '%s'", end, h->end);
    else if (e == ERR_OK && (fault = output_fault(h, r)) != NULL)
        snprintf(why, size, "%s", fault);
    else if (h->under > 0 && r->wall_ms > h->under)
        snprintf(why, size, "took %lld ms", (long long)r->wall_ms);
    else if (h->measured > 0 && !measured(h, r))
        snprintf(why, size, "%lld KiB measured", (long long)r->memory_kb);
    else if (h->artefact[0] && h->artefact_absent != (r->artefact_fd < 0))
        snprintf(why, size, "the artefact is%s there",
                 r->artefact_fd < 0 ? " not" : "");
    else if (h->channel[0] && (channel->data == NULL ||
                               strstr(channel->data, h->channel) == NULL))
        snprintf(why, size, "wrong words on the channel");
    return *why == '\0';
}

static void
run_file(struct run_box *b, const char *path)
{
    struct buf source = {0}, channel = {0};
    struct head h;
    const char *base = strrchr(path, '/');
    const char *name = base != NULL ? base + 1 : path;
    const char *suffix = strrchr(name, '.');
    bool is_c = strcmp(suffix, ".c") == 0, is_js = strcmp(suffix, ".js") == 0;
    const char *const node[] = {"/usr/bin/node", "hostile.js", NULL};
    const char *const python[] = {"/usr/bin/python3", "-I", "-S", "hostile.py",
                                  NULL};
    const char *const compiled[] = {"./program", NULL};
    int program = -1, input = -1;
    if (buf_read_file(&source, path, 1 << 20) != 0)
        fatal("cannot read", "file=%s", path);
    read_head(&h, source.data);
    if ((h.only_cgroup && soft) || (is_js && access(node[0], X_OK) != 0)) {
        printf("ok %d - %s # SKIP %s\n", ++tests, name,
               is_js ? "no node" : "soft limits");
        goto out;
    }
    program = run_memfd("source", source.data, source.size);
    if (is_c) {
        int text = program;
        program = compile(b, name, &h, text);
        close(text);
    }
    if (h.input[0] != '\0')
        input = run_memfd("stdin", h.input, strlen(h.input));
    for (int i = 0; i < h.runs && program >= 0; i++) {
        struct run_request q = {.zygote = is_js ? "node" : NULL,
                                .argv = is_c    ? compiled
                                        : is_js ? node
                                                : python,
                                .files = {{is_c    ? "program"
                                           : is_js ? "hostile.js"
                                                   : "hostile.py",
                                           program, is_c ? 0555 : 0444}},
                                .nfiles = 1,
                                .stdin_fd = input,
                                .channel = h.channel[0] != '\0',
                                .artefact = h.artefact[0] != '\0' ? h.artefact
                                                                  : NULL,
                                .limits = h.limits};
        struct run_result r;
        char why[256] = "", dirty[256] = "";
        if (is_js && node_used && !ahead_await(box_pid, 1))
            snprintf(why, sizeof why, "no node was started ahead");
        node_used |= is_js;
        enum err e = run_program(b, &q, heard, &channel, &r);
        bool ok = judge(&h, e, &r, &channel, why, sizeof why);
        if (ok && !host_clean(dirty, sizeof dirty)) {
            ok = false;
            memcpy(why, dirty, sizeof why);
        }
        result(ok, name, why);
        if (e == ERR_OK && !ok) {
            printf("# cpu %lld ms, wall %lld ms, memory %lld KiB\n",
                   (long long)r.cpu_ms, (long long)r.wall_ms,
                   (long long)r.memory_kb);
            comment(r.out.data ? r.out.data : "", r.out.size);
            comment(r.err.data ? r.err.data : "", r.err.size);
        }
        if (e == ERR_OK)
            run_result_free(&r);
    }
out:
    if (program >= 0)
        close(program);
    if (input >= 0)
        close(input);
    buf_free(&source);
    buf_free(&channel);
}

int
main(int argc, char **argv)
{
    char *box = NULL;
    log_open("driver");
    if (getenv("HOSTILE_SLOWNESS") != NULL)
        slowness = atoi(getenv("HOSTILE_SLOWNESS"));
    if (argc < 4 || conf_load(NULL) != 0)
        return 2;
    box_pid = atoi(argv[1]);
    first_uid = (unsigned)strtoul(argv[2], NULL, 10);
    struct run_box *b = run_box_new();
    if (run_describe(b, &box) != ERR_OK)
        return 2;
    soft = strstr(box, "SOFT memory") != NULL;
    printf("# box: %s\n", box);
    free(box);
    base_fds = count_fds(box_pid);
    base_mounts = count_lines("/proc/self/mountinfo");
    for (int i = 3; i < argc; i++)
        run_file(b, argv[i]);
    printf("1..%d\n", tests);
    run_box_free(b);
    return failures != 0;
}
