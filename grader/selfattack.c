#include "grader/selfattack.h"

#include "grader/attack_set.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/counters.h"
#include "lib/log.h"

#include <stdatomic.h>
#include <sys/mman.h>

struct selfattack {
    const struct language *languages;
    size_t nlanguages;
    /* of /metrics */
    counter *passed_total, *failed_total, *out_of_service;
    _Atomic bool passed; /* somebody did, since we started */
    int workers;
    /* A flag each, and only its worker clears it: another's success says
     * nothing of the slots that this one was in.  It outlives its process. */
    _Atomic bool hole[];
};

struct selfattack *
selfattack_new(const struct language *languages, size_t nlanguages, int workers)
{
    struct selfattack *s = mmap(
        NULL, sizeof *s + (size_t)workers * sizeof s->hole[0],
        PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        fatal("no shared memory", "workers=%d", workers);
    struct counters *c = counters_open("graderd");
    s->languages = languages;
    s->nlanguages = nlanguages;
    s->workers = workers;
    s->passed_total = counters_get(c, "assay_selfattack_passed_total");
    s->failed_total = counters_get(c, "assay_selfattack_failed_total");
    s->out_of_service = counters_get(c, "assay_selfattack_out_of_service");
    atomic_store(s->out_of_service, 1); /* until the first success */
    return s;
}

static bool
any_hole(const struct selfattack *s)
{
    for (int i = 0; i < s->workers; i++)
        if (atomic_load(&s->hole[i]))
            return true;
    return false;
}

bool
selfattack_passed(const struct selfattack *s)
{
    return atomic_load(&s->passed) && !any_hole(s);
}

static void
log_hole(void *cookie, const char *hole)
{
    const int *worker = cookie;
    log_warn("SELF-ATTACK FOUND A HOLE", "worker=%d attack=\"%s\"", *worker,
             hole);
}

/* It has run to its end: what follows? */
static void
conclude(struct selfattack *s, int worker, const struct attack_report *r)
{
    bool hole = r->nholes > 0;
    atomic_store(&s->hole[worker], hole);
    atomic_fetch_add(hole ? s->failed_total : s->passed_total, 1);
    if (hole) {
        attack_report_each(r, log_hole, &worker);
        log_warn("out of service",
                 "worker=%d holes=%zu again_in_seconds=%lld "
                 "why=\"no work is taken while the box has a hole\"",
                 worker, r->nholes,
                 (long long)conf()->selfattack_retry_seconds);
    } else {
        atomic_store(&s->passed, true);
        log_info("self-attack passed", "worker=%d attacks=%d runs=%d ms=%lld",
                 worker, r->attacks, r->runs, (long long)r->ms);
    }
    atomic_store(s->out_of_service, selfattack_passed(s) ? 0 : 1);
}

static enum selfattack_answer
attack(struct selfattack *s, struct selfattack_turn *turn, int worker,
       struct run_box *box, bool (*go_on)(void))
{
    struct attack_report r;
    pid_t pid = run_box_pid(box);
    enum err e = attack_box(box, s->languages, s->nlanguages, go_on, &r);
    /* of half a set, and of two boxes, nothing is known but the holes */
    bool whole = e == ERR_OK && run_box_pid(box) == pid;
    if (whole || r.nholes > 0) {
        int64_t seconds = r.nholes > 0 ? conf()->selfattack_retry_seconds
                                       : conf()->selfattack_seconds;
        turn->box = pid;
        turn->due = clock_ms() + seconds * 1000;
        conclude(s, worker, &r);
    }
    attack_report_free(&r);
    return whole ? SELFATTACK_PASSED : SELFATTACK_AWAY;
}

enum selfattack_answer
selfattack_check(struct selfattack *s, struct selfattack_turn *turn, int worker,
                 struct run_box *box, bool idle, bool (*go_on)(void))
{
    int64_t now = clock_ms(), soon = conf()->selfattack_seconds * 1000 / 10;
    bool due = now >= turn->due || run_box_pid(box) != turn->box ||
               (idle && !atomic_load(&s->hole[worker]) &&
                now >= turn->due - soon);
    if (due) {
        enum selfattack_answer a = attack(s, turn, worker, box, go_on);
        if (a != SELFATTACK_PASSED)
            return any_hole(s) ? SELFATTACK_HOLE : a;
    }
    return any_hole(s) ? SELFATTACK_HOLE : SELFATTACK_PASSED;
}
