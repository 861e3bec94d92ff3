/* Does the next submission of a slot find anything of the last?  A program
 * that looks runs in every slot at once, so that the slot of the attack is one
 * of them, whichever it was.  Each says over its channel what it found and in
 * which slot, and then stays, so that no slot is asked twice, until all have
 * spoken; then graderd's side hangs up, and box kills them.
 */
#include "test/hostile/ahead.h"
#include "test/hostile/hostile.h"

#include "lib/clock.h"
#include "lib/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_MAX = 16,
    REPORT_MAX = 400,
    PATIENCE_MS = 10000
};

static struct program looks[AFTERS];
static bool there[AFTERS];
static int script; /* a small program for node */

/* One slot's.  "SLOT ok\n" or "SLOT not ok: …\n", then dots. */
struct report {
    struct run_box *box;
    enum after kind;
    char text[REPORT_MAX];
    size_t size;
};

static struct {
    pthread_mutex_t lock;
    int spoken;
    int64_t deadline;
    struct report report[SLOTS_MAX];
} round_ = {.lock = PTHREAD_MUTEX_INITIALIZER};

void
after_load(struct run_box *b)
{
    static const char *const names[AFTERS] = {[AFTER_EXEC] = "after.c",
                                              [AFTER_PYTHON3] = "after.py",
                                              [AFTER_NODE] = "after.js"};
    static const char text[] = "process.exitCode = 0\n";
    if (suite.slots > SLOTS_MAX)
        fatal("too many slots", "slots=%d", suite.slots);
    there[AFTER_EXEC] = true;
    there[AFTER_PYTHON3] = suite.warm;
    there[AFTER_NODE] = suite.node;
    for (int i = 0; i < AFTERS; i++) {
        char path[512], why[256] = "";
        snprintf(path, sizeof path, "%s/after/%s", suite.folder, names[i]);
        if (there[i] && !program_load(&looks[i], b, path, why, sizeof why))
            fatal("cannot look for leftovers", "program=%s why=\"%s\"",
                  names[i], why);
    }
    script = run_memfd("script", text, sizeof text - 1);
    for (int i = 0; i < suite.slots; i++)
        round_.report[i].box = run_box_new();
}

/* False when all have spoken: that ends the run. */
static bool
heard(void *cookie, const char *data, size_t size)
{
    struct report *r = cookie;
    bool complete = r->size > 0 && strchr(r->text, '\n') != NULL;
    if (!complete) {
        if (size > sizeof r->text - 1 - r->size)
            size = sizeof r->text - 1 - r->size;
        memcpy(r->text + r->size, data, size);
        r->size += size;
        complete = memchr(r->text, '\n', r->size) != NULL;
        pthread_mutex_lock(&round_.lock);
        round_.spoken += complete;
        pthread_mutex_unlock(&round_.lock);
    }
    pthread_mutex_lock(&round_.lock);
    bool more = round_.spoken < suite.slots && clock_ms() < round_.deadline;
    pthread_mutex_unlock(&round_.lock);
    return more;
}

static void *
look(void *cookie)
{
    static const struct {
        const char *zygote, *file, *argv[3];
        mode_t mode;
    } ways[AFTERS] = {
        [AFTER_EXEC] = {"exec", "program", {"./program"}, 0555},
        [AFTER_PYTHON3] = {"python3", "solution.py", {"program"}, 0444},
        [AFTER_NODE] = {
            "node", "solution.js", {"/usr/bin/node", "solution.js"}, 0444}};
    struct report *r = cookie;
    struct run_result result;
    /* with a channel: never by a node that was started ahead */
    struct run_request q = {.zygote = ways[r->kind].zygote,
                            .argv = ways[r->kind].argv,
                            .files = {{.name = ways[r->kind].file,
                                       .fd = looks[r->kind].fd,
                                       .mode = ways[r->kind].mode}},
                            .nfiles = 1,
                            .stdin_fd = -1,
                            .channel = true,
                            .limits = looks[r->kind].head.limits};
    enum err e = run_program(r->box, &q, heard, r, &result);
    if (e == ERR_OK) { /* it ended before it was told to */
        if (strchr(r->text, '\n') == NULL)
            snprintf(r->text, sizeof r->text, "0 not ok: ended %d %d: %.200s\n",
                     (int)result.end, result.status,
                     result.err.data != NULL ? result.err.data : "");
        run_result_free(&result);
        run_box_free(r->box); /* as after a run that was hung up on */
        r->box = run_box_new();
    }
    return NULL;
}

/* Every slot once, and each says ok. */
static bool
reports_good(char *why, size_t size)
{
    unsigned long seen[SLOTS_MAX];
    for (int i = 0; i < suite.slots; i++) {
        char *rest = NULL, *text = round_.report[i].text;
        seen[i] = strtoul(text, &rest, 10);
        text[strcspn(text, "\n")] = '\0';
        if (strcmp(rest, " ok") != 0) {
            snprintf(why, size, "the next program of a slot finds: %.300s",
                     *text != '\0' ? text : "nothing, it does not run");
            return false;
        }
        for (int k = 0; k < i; k++) {
            if (seen[k] == seen[i]) {
                snprintf(why, size, "a slot was looked into twice");
                return false;
            }
        }
    }
    return true;
}

bool
after_clean(enum after kind, char *why, size_t size)
{
    pthread_t thread[SLOTS_MAX];
    if (!there[kind])
        return true;
    round_.spoken = 0;
    round_.deadline = clock_ms() + PATIENCE_MS * suite.slowness;
    for (int i = 0; i < suite.slots; i++) {
        struct report *r = &round_.report[i];
        r->kind = kind;
        r->size = 0;
        memset(r->text, 0, sizeof r->text);
        if (pthread_create(&thread[i], NULL, look, r) != 0)
            fatal("no thread", "slot=%d", i);
    }
    for (int i = 0; i < suite.slots; i++)
        pthread_join(thread[i], NULL);
    return reports_good(why, size);
}

bool
after_ahead(struct run_box *b)
{
    static const char *const node[] = {"/usr/bin/node", "solution.js", NULL};
    struct run_result r;
    struct run_request q = {
        .zygote = "node",
        .argv = node,
        .files = {{.name = "solution.js", .fd = script, .mode = 0444}},
        .nfiles = 1,
        .stdin_fd = -1,
        .limits = {.cpu_ms = 10000 * suite.slowness,
                   .wall_ms = 30000 * suite.slowness,
                   .memory_kb = 262144,
                   .processes = 32,
                   .output_kb = 64,
                   .disk_kb = 1024}};
    if (run_program(b, &q, NULL, NULL, &r) != ERR_OK)
        return false;
    bool ran = r.end == RUN_EXITED && r.status == 0;
    run_result_free(&r);
    return ran && ahead_await(suite.box_pid, suite.slots);
}
