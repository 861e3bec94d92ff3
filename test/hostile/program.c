/* A program of the suite: its head, its way through the compiler, one run.
 */
#include "test/hostile/hostile.h"

#include "lib/log.h"
#include "lib/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CHANNEL_MAX = 1 << 20 /* kept of what comes over a channel */
};

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

/* "NAME REST": the name, and the rest (empty if there is none). */
static void
two_words(char *value, char *name, char *rest, size_t size)
{
    size_t n = strcspn(value, " ");
    snprintf(name, size, "%.*s", (int)n, value);
    snprintf(rest, size, "%s", value[n] == ' ' ? value + n + 1 : "");
}

static void
head_line(struct head *h, char *line)
{
    char rest[64] = "";
    const struct {
        const char *name;
        char *text;
        size_t size;
    } texts[] = {{"end", h->end, sizeof h->end},
                 {"warm end", h->warm_end, sizeof h->warm_end},
                 {"channel", h->channel, sizeof h->channel},
                 {"stdin", h->input, sizeof h->input},
                 {"never", h->never, sizeof h->never}};
    char *value = strstr(line, ": ");
    if (value == NULL)
        return;
    *value = '\0';
    value += 2;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(line, texts[i].name) == 0)
            snprintf(texts[i].text, texts[i].size, "%s", value);
    if (strcmp(line, "limits") == 0)
        read_limits(&h->limits, value);
    else if (strcmp(line, "compiler") == 0)
        read_limits(&h->compiler, value);
    else if (strcmp(line, "artefact") == 0) {
        two_words(value, h->artefact, rest, sizeof rest);
        h->artefact_absent = strcmp(rest, "absent") == 0;
    } else if (strcmp(line, "also") == 0)
        two_words(value, h->also, h->also_text, sizeof h->also);
    else if (strcmp(line, "runs") == 0)
        h->runs = atoi(value);
    else if (strcmp(line, "beside") == 0)
        h->beside = atoi(value);
    else if (strcmp(line, "under") == 0)
        h->under = atol(value);
    else if (strcmp(line, "measured") == 0)
        h->measured = atol(value);
    else if (strcmp(line, "pad") == 0)
        h->pad_kb = atol(value);
    else if (strcmp(line, "only") == 0) {
        h->only_cgroup |= strcmp(value, "cgroup") == 0;
        h->only_cold |= strcmp(value, "cold") == 0;
        h->only_warm |= strcmp(value, "warm") == 0;
    } else if (strcmp(line, "exact") == 0)
        h->exact_cpu = true;
}

static void
read_head(struct head *h, const char *source)
{
    *h = (struct head){.runs = 1,
                       .beside = 1,
                       .limits = {.cpu_ms = 2000,
                                  .wall_ms = 10000,
                                  .memory_kb = 131072,
                                  .processes = 32,
                                  .output_kb = 64,
                                  .disk_kb = 8192},
                       .compiler = {.cpu_ms = 5000,
                                    .wall_ms = 30000,
                                    .memory_kb = 524288,
                                    .processes = 16,
                                    .output_kb = 256,
                                    .disk_kb = 65536}};
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
        h->limits.cpu_ms *= suite.slowness;
    h->limits.wall_ms *= suite.slowness;
    h->compiler.cpu_ms *= suite.slowness;
    h->compiler.wall_ms *= suite.slowness;
    h->under *= suite.slowness;
    free(copy);
}

/* -- the compiler -- */

static bool
contains(const struct buf *b, const char *text)
{
    return b->data != NULL && *text != '\0' &&
           memmem(b->data, b->size, text, strlen(text)) != NULL;
}

/* A report of a runner that had its output already (build asan). */
static bool
sanitizer_speaks(const struct run_result *r)
{
    return contains(&r->err, "Sanitizer") ||
           contains(&r->err, "runtime error:");
}

/* As a submission is.  The artefact, the caller's; -1: none. */
static int
compile(struct program *p, struct run_box *b, bool cpp, int source, char *why,
        size_t size)
{
    const char *const c[] = {"/usr/bin/gcc", "-O1",    "-pthread", "-o",
                             "program",      "prog.c", NULL};
    const char *const cc[] = {"/usr/bin/g++", "-O1",     "-pthread", "-o",
                              "program",      "prog.cc", NULL};
    struct run_request q = {
        .argv = cpp ? cc : c,
        .files = {{cpp ? "prog.cc" : "prog.c", source, 0444}},
        .nfiles = 1,
        .stdin_fd = -1,
        .artefact = "program",
        .limits = p->head.compiler};
    struct run_result r;
    bool must_fail = strcmp(p->head.end, "compile error") == 0;
    enum err e = run_program(b, &q, NULL, NULL, &r);
    if (e != ERR_OK) {
        if (e != ERR_INTERNAL || strcmp(p->head.end, "refused") != 0)
            snprintf(why, size, "the compiler does not run");
        return -1;
    }
    bool built = r.end == RUN_EXITED && r.status == 0 && r.artefact_fd >= 0;
    int fd = built && !must_fail ? r.artefact_fd : -1;
    if (fd >= 0)
        r.artefact_fd = -1;
    if (sanitizer_speaks(&r))
        snprintf(why, size, "a sanitizer reports");
    else if (contains(&r.err, p->head.never) || contains(&r.out, p->head.never))
        snprintf(why, size, "the compiler tells");
    else if (built && must_fail)
        snprintf(why, size, "it compiles");
    else if (!built && !must_fail)
        snprintf(why, size, "does not compile in the box: %.180s",
                 r.err.data != NULL ? r.err.data : "");
    run_result_free(&r);
    return fd;
}

bool
program_load(struct program *p, struct run_box *b, const char *path, char *why,
             size_t size)
{
    struct buf source = {0};
    const char *base = strrchr(path, '/');
    *p = (struct program){.fd = -1, .input = -1, .also = -1};
    snprintf(p->name, sizeof p->name, "%s", base != NULL ? base + 1 : path);
    const char *suffix = strrchr(p->name, '.');
    if (suffix == NULL || buf_read_file(&source, path, 1 << 20) != 0)
        fatal("cannot read", "file=%s", path);
    read_head(&p->head, source.data);
    p->language = strcmp(suffix, ".py") == 0   ? PYTHON
                  : strcmp(suffix, ".js") == 0 ? JAVASCRIPT
                                               : COMPILED;
    char line[1024];
    memset(line, ' ', sizeof line);
    line[sizeof line - 1] = '\n';
    for (long i = 0; i < p->head.pad_kb; i++)
        buf_add(&source, line, sizeof line);
    p->fd = run_memfd("source", source.data, source.size);
    if (p->language == COMPILED && !(p->head.only_cgroup && suite.soft)) {
        int text = p->fd;
        p->fd = compile(p, b, strcmp(suffix, ".cc") == 0, text, why, size);
        close(text);
    }
    if (p->head.input[0] != '\0')
        p->input = run_memfd("stdin", p->head.input, strlen(p->head.input));
    if (p->head.also[0] != '\0')
        p->also = run_memfd("also", p->head.also_text,
                            strlen(p->head.also_text));
    buf_free(&source);
    return p->fd >= 0;
}

void
program_free(struct program *p)
{
    if (p->fd >= 0)
        close(p->fd);
    if (p->input >= 0)
        close(p->input);
    if (p->also >= 0)
        close(p->also);
}

/* -- a run -- */

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

/* Does the output keep its promise?  NULL, or what is wrong. */
static const char *
output_fault(const struct head *h, const struct run_result *r)
{
    const char *out = r->out.data != NULL ? r->out.data : "";
    if (sanitizer_speaks(r))
        return "a sanitizer reports";
    if (contains(&r->out, h->never) || contains(&r->err, h->never))
        return "it tells";
    if (strncmp(out, "not ok", 6) == 0 || contains(&r->out, "\nnot ok"))
        return "it got through";
    if (strcmp(h->end, "exited 0") == 0 && strncmp(out, "ok\n", 3) != 0 &&
        !contains(&r->out, "\nok\n"))
        return "it did not say ok";
    return NULL;
}

/* Is the memory of this run what the program says by "used KIB"? */
static bool
measured(const struct head *h, const struct run_result *r)
{
    const char *out = r->out.data != NULL ? r->out.data : "";
    const char *used = strstr(out, "used ");
    long kb = used != NULL ? atol(used + 5) : 0;
    return kb > 0 && r->memory_kb >= kb && r->memory_kb <= kb + h->measured;
}

static void
judge(const struct head *h, bool warm, enum err e, const struct run_result *r,
      const struct buf *channel, char *why, size_t size)
{
    char end[64] = "refused";
    const char *want = warm && h->warm_end[0] ? h->warm_end : h->end;
    const char *fault = NULL;
    if (e == ERR_OK)
        end_text(r, end, sizeof end);
    else if (e != ERR_INTERNAL)
        snprintf(end, sizeof end, "error %s", err_name(e));
    if (strcmp(end, want) != 0)
        snprintf(why, size, "ended '%s', not '%s'", end, want);
    else if (e == ERR_OK && (fault = output_fault(h, r)) != NULL)
        snprintf(why, size, "%s", fault);
    else if (h->under > 0 && r->wall_ms > h->under)
        snprintf(why, size, "took %lld ms", (long long)r->wall_ms);
    else if (h->measured > 0 && !measured(h, r))
        snprintf(why, size, "%lld KiB measured", (long long)r->memory_kb);
    else if (h->artefact[0] && h->artefact_absent != (r->artefact_fd < 0))
        snprintf(why, size, "the artefact is%s there",
                 r->artefact_fd < 0 ? " not" : "");
    else if (h->channel[0] && !contains(channel, h->channel))
        snprintf(why, size, "wrong words on the channel");
}

static bool
heard(void *cookie, const char *data, size_t size)
{
    struct buf *b = cookie;
    if (b->size < CHANNEL_MAX)
        buf_add(b, data, size);
    return true;
}

/* As the languages' definitions have it (grader/languages/); a warm zygote is
 * told what to run, not by which interpreter. */
static void
command(const struct program *p, bool warm, struct run_request *q)
{
    static const char *const compiled[] = {"./program", NULL};
    static const char *const python[] = {"/usr/bin/python3", "-I", "-B",
                                         "solution.py", NULL};
    static const char *const program[] = {"program", NULL};
    static const char *const node[] = {"/usr/bin/node", "solution.js", NULL};
    struct run_file *file = &q->files[0];
    *file = (struct run_file){.name = "program", .fd = p->fd, .mode = 0555};
    q->argv = compiled;
    if (p->language == PYTHON) {
        file->name = "solution.py";
        q->argv = warm ? program : python;
        q->zygote = warm ? "python3" : NULL;
    } else if (p->language == JAVASCRIPT) {
        file->name = "solution.js";
        q->argv = node;
        q->zygote = "node";
    }
    if (p->language != COMPILED)
        file->mode = 0444;
}

enum err
program_run(const struct program *p, struct run_box *b, bool warm,
            struct run_result *r, char *why, size_t size)
{
    const struct head *h = &p->head;
    struct buf channel = {0};
    struct run_request q = {
        .files = {[1] = {.name = h->also, .fd = p->also, .mode = 0444}},
        .nfiles = p->also >= 0 ? 2 : 1,
        .stdin_fd = p->input,
        .channel = h->channel[0] != '\0',
        .artefact = h->artefact[0] != '\0' ? h->artefact : NULL,
        .limits = h->limits};
    command(p, warm, &q);
    enum err e = run_program(b, &q, heard, &channel, r);
    *why = '\0';
    judge(h, warm, e, r, &channel, why, size);
    buf_free(&channel);
    return e;
}
