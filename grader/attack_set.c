/* Theory of operation
 *
 * Each mode of the attacker (grader/attack/attack.h) is one run with limits
 * that suit it.  It tells what it found on standard output, which is nobody's
 * but ours to believe: the attacker is our own program.  How the run ended,
 * the box says.
 *
 * Nearly every run leaves files and a process behind and looks for those of
 * the run before.  Which slot the box takes is its own affair, so runs are
 * added until one of them was where an earlier one had been.
 */
#include "grader/attack_set.h"

#include "grader/attack_split.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/text.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

EMBEDDED(attack);
EMBEDDED(grader_attack_program_py);

enum {
    PATHS_MAX = 8,
    SLOTS_MAX = 64, /* remembered */
    LOOKS_MAX = 24, /* runs added, to come to a slot again */
    LINE_KEEP = 300,
    HOLES_KEEP = 40, /* lines; the rest is only counted */
    PROCESSES = 8,
    MEMORY_KB = 32 * 1024,
    OUTPUT_KB = 64,
    DISK_KB = 2 * 1024, /* the attacker itself is among it */
    LONG_MS = 20 * 1000,
    CPU_LATE_MS = 1200, /* of CPU: box's clock did not work, a rlimit did */
    WALL_LATE_MS = 5000,
    SOFT_EXTRA_KB = 64 * 1024 /* address space beyond twice the limit */
};

struct mode {
    const char *name;
    enum run_end end; /* as it must */
    int64_t cpu_ms;
    int64_t wall_ms;
};

static const struct mode modes[] = {{"facts", RUN_EXITED, 2000, LONG_MS},
                                    {"limits", RUN_OUTPUT, 2000, LONG_MS},
                                    {"cpu", RUN_CPU, 10, LONG_MS},
                                    {"wall", RUN_WALL, 2000, 30},
                                    {"memory", RUN_MEMORY, 5000, LONG_MS}};

static const struct mode look = {"look", RUN_EXITED, 2000, LONG_MS};

struct set {
    struct run_box *box;
    struct attack_report *report;
    bool (*go_on)(void);
    const char *zygote;
    /* as the box announces */
    bool one_id;
    bool soft_memory;
    bool soft_cpu;
    bool python3;
    const char *path[PATHS_MAX + 1]; /* of ours, which no program may see */
    int attack_fd, program_fd;
    char slot[SLOTS_MAX]
             [LINE_KEEP]; /* of this zygote, where something was left */
    size_t nslots;
    bool again; /* one of them was seen again */
    /* of the current run */
    const struct mode *mode;
    bool done, counted_processes, counted_disk;
};

/* -- what was found -- */

void
attack_hole(struct attack_report *r, const char *kind, const char *text,
            size_t size)
{
    char *clean = text_clean(text, size, LINE_KEEP);
    for (char *p = clean; *p != '\0'; p++)
        if (*p == '\n' || *p == '"')
            *p = ' ';
    char *line = xasprintf("%s/%s\n", kind, clean);
    /* each run of a leaking slot would tell the same */
    if (r->holes.data == NULL || strstr(r->holes.data, line) == NULL) {
        if (r->nholes < HOLES_KEEP)
            buf_str(&r->holes, line);
        r->nholes++;
    }
    free(line);
    free(clean);
}

static void __attribute__((format(printf, 2, 3)))
found(struct set *s, const char *fmt, ...)
{
    char text[LINE_KEEP];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    attack_hole(s->report, s->zygote, text, strlen(text));
}

void
attack_report_each(const struct attack_report *r,
                   void (*each)(void *cookie, const char *hole), void *cookie)
{
    const char *p = r->holes.data;
    while (p != NULL && *p != '\0') {
        size_t n = strcspn(p, "\n");
        char *line = xstrndup(p, n);
        each(cookie, line);
        free(line);
        p += n + (p[n] == '\n');
    }
}

void
attack_report_free(struct attack_report *r)
{
    buf_free(&r->holes);
    memset(r, 0, sizeof *r);
}

/* -- what the attacker tells -- */

static void
take_slot(struct set *s, const char *slot)
{
    for (size_t i = 0; i < s->nslots; i++)
        if (strcmp(s->slot[i], slot) == 0) {
            s->again = true;
            return;
        }
    if (s->nslots < SLOTS_MAX)
        snprintf(s->slot[s->nslots++], sizeof s->slot[0], "%s", slot);
}

/* With ids of its own a slot's are nobody's on this host. */
static void
take_uid(struct set *s, const char *text)
{
    unsigned long uid = strtoul(text, NULL, 10);
    const struct passwd *p = s->one_id ? NULL : getpwuid((uid_t)uid);
    if (p != NULL)
        found(s, "ids the host's user %s", p->pw_name);
}

static void
take_count(struct set *s, const char *text)
{
    int64_t max = 0;
    char name[32] = "";
    long long n = 0;
    if (sscanf(text, "%31s %lld", name, &n) != 2)
        return;
    if (strcmp(name, "processes") == 0) {
        max = PROCESSES;
        s->counted_processes = true;
    } else if (strcmp(name, "disk") == 0) {
        max = DISK_KB;
        s->counted_disk = true;
    } else if (s->soft_memory) {
        max = 2 * MEMORY_KB + SOFT_EXTRA_KB;
    } else {
        max = MEMORY_KB;
    }
    if (n > max)
        found(s, "limit-%s got %lld, limit %lld", name, n, (long long)max);
}

static void
take_line(struct set *s, const char *line)
{
    if (strncmp(line, "hole ", 5) == 0)
        found(s, "%s", line + 5);
    else if (strncmp(line, "fault ", 6) == 0)
        found(s, "attacker %s", line + 6); /* who fails proves nothing */
    else if (strncmp(line, "slot ", 5) == 0)
        take_slot(s, line + 5);
    else if (strncmp(line, "uid ", 4) == 0)
        take_uid(s, line + 4);
    else if (strncmp(line, "count ", 6) == 0)
        take_count(s, line + 6);
    else if (strncmp(line, "done ", 5) == 0) {
        s->done = true;
        s->report->attacks += (int)strtol(line + 5, NULL, 10);
    }
}

static void
take_output(struct set *s, const struct buf *out)
{
    char line[LINE_KEEP];
    for (size_t at = 0; at < out->size;) {
        size_t n = strcspn(out->data + at, "\n");
        snprintf(line, sizeof line, "%.*s",
                 (int)(n < LINE_KEEP ? n : LINE_KEEP), out->data + at);
        take_line(s, line);
        at += n + 1;
    }
}

static const char *
end_name(enum run_end end)
{
    static const char *const names[] = {
        [RUN_EXITED] = "exited",       [RUN_SIGNALED] = "signaled",
        [RUN_CPU] = "cpu limit",       [RUN_WALL] = "wall limit",
        [RUN_MEMORY] = "memory limit", [RUN_OUTPUT] = "output limit"};
    return names[end];
}

/* ERR_UNAVAILABLE: the host was so busy that the end says nothing. */
static enum err
take_end(struct set *s, const struct run_result *r)
{
    const struct mode *m = s->mode;
    enum run_end end = r->end;
    /* soft: the last fence is that no more is given */
    if (m->end == RUN_MEMORY && s->soft_memory && end == RUN_EXITED && s->done)
        end = RUN_MEMORY;
    if (end == RUN_WALL && m->end != RUN_WALL &&
        r->starved_ms > m->wall_ms / 2) {
        log_warn("self-attack starved", "zygote=%s attack=%s ms=%lld",
                 s->zygote, m->name, (long long)r->starved_ms);
        return ERR_UNAVAILABLE;
    }
    if (end != m->end)
        found(s, "limit-%s ended by %s (status %d) after %lld ms of CPU: %.80s",
              m->name, end_name(r->end), r->status, (long long)r->cpu_ms,
              r->err.data != NULL ? r->err.data : "");
    else if ((m->end == RUN_CPU && !s->soft_cpu && r->cpu_ms > CPU_LATE_MS) ||
             (m->end == RUN_WALL && r->wall_ms > WALL_LATE_MS))
        found(s, "limit-%s killed only after %lld ms of CPU, %lld ms", m->name,
              (long long)r->cpu_ms, (long long)r->wall_ms);
    else if (m->end == RUN_EXITED && (r->status != 0 || !s->done))
        found(s, "attacker %s exited with status %d: %.80s", m->name, r->status,
              r->err.data != NULL ? r->err.data : "");
    else if (m->end == RUN_OUTPUT && !(s->counted_processes && s->counted_disk))
        found(s, "attacker did not come to its counts");
    return ERR_OK;
}

/* -- one run -- */

static bool
tick(void *cookie, const char *data, size_t size)
{
    const struct set *s = cookie;
    (void)data;
    (void)size;
    return s->go_on();
}

/* For the python3 zygote, whose words take none: as its standard input. */
static int
arguments_file(const char *const *argv)
{
    struct buf b = {0};
    for (; *argv != NULL; argv++)
        buf_add(&b, *argv, strlen(*argv) + 1);
    int fd = run_memfd("arguments", b.data, b.size);
    buf_free(&b);
    return fd;
}

static enum err
run_mode(struct set *s, const struct mode *m)
{
    static const char *const program[] = {"program", NULL};
    bool python = strcmp(s->zygote, "python3") == 0;
    const char *argv[PATHS_MAX + 4] = {"./attack", m->name,
                                       s->one_id ? "one" : "own"};
    struct run_request q = {
        .zygote = s->zygote,
        .argv = python ? program : argv,
        .files = {{"attack", s->attack_fd, 0555, false},
                  {"solution.py", s->program_fd, 0444, false}},
        .nfiles = python ? 2 : 1,
        .stdin_fd = -1,
        .limits = {.cpu_ms = m->cpu_ms,
                   .wall_ms = m->wall_ms,
                   .memory_kb = MEMORY_KB,
                   .processes = PROCESSES,
                   .output_kb = OUTPUT_KB,
                   .disk_kb = DISK_KB}};
    struct run_result r = {.artefact_fd = -1};
    enum err e = ERR_UNAVAILABLE;

    for (size_t i = 0; s->path[i] != NULL; i++)
        argv[3 + i] = s->path[i];
    if (python && (q.stdin_fd = arguments_file(argv)) < 0) {
        log_errno("memfd", "file=arguments");
        return e;
    }
    s->mode = m;
    s->done = s->counted_processes = s->counted_disk = false;
    e = run_program(s->box, &q, tick, s, &r);
    if (e == ERR_OK) {
        s->report->runs++;
        s->report->attacks++; /* its limit, or what was left behind */
        take_output(s, &r.out);
        e = take_end(s, &r);
    } else if (e == ERR_INTERNAL) {
        found(s, "attacker %s is refused", m->name);
        e = ERR_OK;
    }
    run_result_free(&r);
    if (q.stdin_fd >= 0)
        close(q.stdin_fd);
    return e;
}

/* All modes in one zygote. */
static enum err
attack_zygote(struct set *s, const char *zygote)
{
    enum err e = ERR_OK;
    s->zygote = zygote;
    s->nslots = 0;
    s->again = false;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0] && e == ERR_OK; i++)
        e = run_mode(s, &modes[i]);
    for (int i = 0; i < LOOKS_MAX && e == ERR_OK && !s->again; i++)
        e = run_mode(s, &look);
    if (e == ERR_OK && !s->again)
        log_info("self-attack came to no slot twice", "zygote=%s slots=%zu",
                 zygote, s->nslots);
    return e;
}

/* -- the set -- */

/* What the host has; /dev/null as a configuration is no secret. */
static void
add_path(struct set *s, size_t *n, const char *path)
{
    struct stat st;
    if (path != NULL && *path == '/' && *n < PATHS_MAX &&
        stat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
        s->path[(*n)++] = path;
}

static enum err
open_set(struct set *s)
{
    const struct conf *c = conf();
    char *what = NULL;
    size_t n = 0;
    enum err e = run_describe(s->box, &what);
    if (e != ERR_OK)
        return e;
    s->one_id = strstr(what, "one id") != NULL;
    s->soft_memory = strstr(what, "SOFT memory") != NULL;
    s->soft_cpu = strstr(what, "SOFT cpu") != NULL;
    s->python3 = strstr(what, "python3") != NULL;
    free(what);
    add_path(s, &n, conf_path());
    add_path(s, &n, c->run_dir);
    add_path(s, &n, c->state_dir);
    add_path(s, &n, c->share_dir);
    add_path(s, &n, c->database_password_file);
    add_path(s, &n, c->redis_password_file);
    s->attack_fd = run_memfd("attack", _binary_attack_start,
                             EMBEDDED_SIZE(attack));
    s->program_fd = run_memfd("program", _binary_grader_attack_program_py_start,
                              EMBEDDED_SIZE(grader_attack_program_py));
    if (s->attack_fd >= 0 && s->program_fd >= 0)
        return ERR_OK;
    log_errno("memfd", "file=attack");
    return ERR_UNAVAILABLE;
}

/* The language that the python3 zygote runs; NULL: not here. */
static const struct language *
find_python(const struct set *s, const struct language *l, size_t n)
{
    for (size_t i = 0; s->python3 && i < n; i++)
        if (strcmp(l[i].zygote, "python3") == 0 && l[i].build[0] != '\0')
            return &l[i];
    return NULL;
}

enum err
attack_box(struct run_box *box, const struct language *languages,
           size_t nlanguages, bool (*go_on)(void), struct attack_report *out)
{
    struct set s = {.box = box,
                    .report = out,
                    .go_on = go_on,
                    .attack_fd = -1,
                    .program_fd = -1};
    int64_t start = clock_ms();
    *out = (struct attack_report){0};
    enum err e = open_set(&s);
    const struct language *python = NULL;
    if (e == ERR_OK) {
        e = attack_zygote(&s, "exec");
        python = find_python(&s, languages, nlanguages);
    }
    if (e == ERR_OK && python != NULL)
        e = attack_zygote(&s, "python3");
    if (e == ERR_OK && python != NULL)
        e = attack_split(box, python, go_on, out);
    if (s.attack_fd >= 0)
        close(s.attack_fd);
    if (s.program_fd >= 0)
        close(s.program_fd);
    out->ms = clock_ms() - start;
    return e;
}
