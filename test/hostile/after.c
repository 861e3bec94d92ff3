/* Does the next submission of a slot find anything of the last?  A program
 * that looks runs in every slot at once, so that the slot of the attack is one
 * of them, whichever it was.  Each says over its channel what it found and in
 * which slot, and then stays, so that no slot is asked twice, until all have
 * spoken; then graderd's side hangs up, and box kills them.
 */
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

static struct program looks[2]; /* cold, warm */

/* One slot's.  "SLOT ok\n" or "SLOT not ok: …\n", then dots. */
struct report {
    struct run_box *box;
    const struct program *program;
    bool warm;
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
    static const char *const names[] = {"after.c", "after.py"};
    if (suite.slots > SLOTS_MAX)
        fatal("too many slots", "slots=%d", suite.slots);
    for (int i = 0; i < (suite.warm ? 2 : 1); i++) {
        char path[512], why[256] = "";
        snprintf(path, sizeof path, "%s/after/%s", suite.folder, names[i]);
        if (!program_load(&looks[i], b, path, why, sizeof why))
            fatal("cannot look for leftovers", "program=%s why=\"%s\"",
                  names[i], why);
    }
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
    static const char *const compiled[] = {"./program", NULL};
    static const char *const script[] = {"run", "hostile.py", NULL};
    struct report *r = cookie;
    const struct program *p = r->program;
    struct run_result result;
    struct run_request q = {.zygote = r->warm ? "python3" : NULL,
                            .argv = p->python ? script : compiled,
                            .files = {{p->python ? "hostile.py" : "program",
                                       p->fd, p->python ? 0444 : 0555}},
                            .nfiles = 1,
                            .stdin_fd = -1,
                            .channel = true,
                            .limits = p->head.limits};
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
after_clean(bool warm, char *why, size_t size)
{
    pthread_t thread[SLOTS_MAX];
    round_.spoken = 0;
    round_.deadline = clock_ms() + PATIENCE_MS * suite.slowness;
    for (int i = 0; i < suite.slots; i++) {
        struct report *r = &round_.report[i];
        r->program = &looks[warm];
        r->warm = warm;
        r->size = 0;
        memset(r->text, 0, sizeof r->text);
        if (pthread_create(&thread[i], NULL, look, r) != 0)
            fatal("no thread", "slot=%d", i);
    }
    for (int i = 0; i < suite.slots; i++)
        pthread_join(thread[i], NULL);
    return reports_good(why, size);
}
