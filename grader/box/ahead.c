/* Programs that are started ahead of their jobs, in kinds that have one.
 *
 * Starting node is most of what a short program in it costs.  While a command
 * is in use (box -k), and when nothing else wants the processors, the runner of
 * an idle slot becomes node before its job is there, with the command of the
 * last job in that slot (arguments and environment cannot be given to it
 * later).  A job with the same command goes on from there; another one takes a
 * slot where nothing was started, and what stands in its way is dropped.
 *
 * Under load nothing is started ahead, and each run starts its own, in the same
 * slots.  A host that cannot do it (FAULT, or a program that dies) is asked
 * FAILED_MAX times.
 */
#include "grader/box/slot.h"

#include <stdlib.h>
#include <string.h>

enum {
    FAILED_MAX = 3,
    /* until the job comes with its own; a job that gives less than LEAST would
     * be told from others by what its program has already */
    MEMORY_KB = 524288,
    MEMORY_LEAST_KB = 65536,
    PROCESSES = 64,
    PROCESSES_LEAST = 16
};

/* Nothing in it that only a start can give. */
static bool
can_resume(const struct box_run *q)
{
    return (q->flags & BOX_HAS_CHANNEL) == 0 &&
           q->limits.memory_kb >= MEMORY_LEAST_KB &&
           q->limits.processes >= PROCESSES_LEAST;
}

/* The same arguments and variables. */
static bool
same_command(const struct box_run *mine, const struct box_run *q)
{
    return mine->argc == q->argc && mine->envc == q->envc &&
           mine->text_size == q->text_size &&
           memcmp(mine->text, q->text, q->text_size) == 0;
}

int
ahead_fits(const struct slot *s, const struct box_run *q)
{
    bool same = s->command != NULL && same_command(s->command, q);
    if (s->dropped)
        return 0;
    /* with two commands in turn (a program and its checker) each gets slots of
     * its own before long */
    if (s->ahead == AHEAD_NONE)
        return same ? 2 : 1;
    if (!same || !can_resume(q))
        return 0;
    return s->ahead == AHEAD_LOADED ? 4 : 3;
}

static void
drop(struct slot *s)
{
    const struct zygote_msg m = {.type = ZYGOTE_MSG_DROP};
    s->dropped = true;
    s->deadline = now_us() + CLEAN_US;
    if (message_send(s->control.fd, &m, sizeof m, NULL, 0) != 0)
        slot_kill(s, "zygote does not listen");
}

void
ahead_make_room(const struct kind *kind)
{
    struct slot *found = NULL;
    for (size_t i = 0; i < box.nslots; i++) {
        struct slot *s = &box.slots[i];
        if (s->kind != kind)
            continue;
        if (s->state == SLOT_CLEANING || s->state == SLOT_STARTING ||
            (s->state == SLOT_IDLE && s->dropped))
            return;
        if (s->state == SLOT_IDLE && s->ahead != AHEAD_NONE)
            found = s;
    }
    if (found != NULL)
        drop(found);
}

static void
failed(struct slot *s)
{
    if (++s->kind->failures == FAILED_MAX)
        note("not started ahead any more", "kind=%s", s->kind->name);
}

bool
ahead_died(struct slot *s)
{
    if (s->ahead == AHEAD_NONE)
        return false;
    if (!s->dropped)
        failed(s);
    s->fault = (struct zygote_msg){0};
    return true;
}

void
ahead_loaded(struct slot *s)
{
    s->ahead = AHEAD_LOADED;
    s->kind->failures = 0;
    if (s->state == SLOT_IDLE && !s->dropped)
        s->deadline = 0; /* to set the one that holds now */
}

/* One at a time, whatever the kind: the rest of the host may have work. */
static bool
one_starts(void)
{
    for (size_t i = 0; i < box.nslots; i++)
        if (box.slots[i].state == SLOT_IDLE &&
            box.slots[i].ahead == AHEAD_STARTING)
            return true;
    return false;
}

static void
start(struct slot *s, int64_t now)
{
    if (box.running > 0 || now - box.last_run < WARM_US || one_starts()) {
        s->deadline = now + WARM_US;
        return;
    }
    if (cgroup_leaf_begin(&box.cgroup, &s->leaf, MEMORY_KB, PROCESSES) != 0 ||
        message_send(s->job.fd, s->command, s->command_size, NULL, 0) != 0) {
        slot_kill(s, "cannot start ahead");
        return;
    }
    s->ahead = AHEAD_STARTING;
    s->deadline = now + START_US;
}

/* Forget a command that nobody has used for long; its slot learns another. */
static bool
expired(struct slot *s, int64_t now)
{
    if (s->command == NULL || now < s->command_used + box.ahead_us)
        return false;
    free(s->command);
    s->command = NULL;
    return true;
}

void
ahead_tick(struct slot *s, int64_t now)
{
    bool late = expired(s, now);
    if (s->dropped) {
        slot_kill(s, "too slow");
    } else if (s->ahead == AHEAD_NONE) {
        s->deadline = INT64_MAX; /* until the kind is used */
        if (s->command != NULL && s->kind->failures < FAILED_MAX)
            start(s, now);
    } else if (s->ahead == AHEAD_STARTING) {
        failed(s);
        drop(s);
    } else if (late) {
        drop(s);
    } else {
        s->deadline = s->command_used + box.ahead_us;
    }
}

/* The head of the request and its text, of which WARM is made; nothing when
 * such a job could not use it. */
static void
keep_command(struct slot *s, const struct box_run *q)
{
    size_t size = offsetof(struct box_run, text) + q->text_size;
    struct box_run *copy = NULL;
    free(s->command);
    s->command = NULL;
    if (!can_resume(q) || (copy = calloc(1, size)) == NULL)
        return;
    copy->type = ZYGOTE_MSG_WARM;
    copy->argc = q->argc;
    copy->envc = q->envc;
    copy->text_size = q->text_size;
    memcpy(copy->text, q->text, q->text_size);
    s->command = copy;
    s->command_size = size;
}

void
ahead_remember(struct slot *s, const struct box_run *q)
{
    const int64_t now = now_us();
    keep_command(s, q);
    s->command_used = now;
    for (size_t i = 0; i < box.nslots; i++) {
        struct slot *other = &box.slots[i];
        if (other->kind != s->kind || other == s)
            continue;
        /* the others expect the same, until they know better */
        if (other->command == NULL && other->ahead == AHEAD_NONE)
            keep_command(other, q);
        if (other->command == NULL || !same_command(other->command, q))
            continue;
        other->command_used = now;
        if (other->state == SLOT_IDLE && !other->dropped &&
            other->ahead != AHEAD_STARTING)
            other->deadline = 0;
    }
}
