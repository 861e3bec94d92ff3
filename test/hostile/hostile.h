/* What the files of the hostile suite's driver share (driver.c).
 */
#ifndef TEST_HOSTILE_HOSTILE_H
#define TEST_HOSTILE_HOSTILE_H

#include "grader/run.h"

#include <stdbool.h>
#include <stddef.h>

struct suite {
    pid_t box_pid;
    unsigned first_uid; /* of the box's ids, three for each slot */
    int slots;          /* of each kind of zygote */
    bool soft;          /* limits without cgroups */
    bool warm;          /* the box has a python3 zygote */
    bool node;          /* and one for node, which is on this host */
    int slowness;       /* times of limits are multiplied by it */
    const char *folder; /* with honest/ and after/ */
};

extern struct suite suite;

/* -- program.c: what driver.c says about heads -- */
struct head {
    char end[64], warm_end[64];
    char artefact[64];
    char channel[64];
    char input[64];
    char never[64];
    char also[64], also_text[64];
    bool artefact_absent;
    bool only_cgroup, only_cold, only_warm;
    bool exact_cpu;
    int runs;
    int beside;
    long under;
    long measured;
    long pad_kb;
    struct run_limits limits, compiler;
};

enum language {
    COMPILED, /* C, C++ */
    PYTHON,
    JAVASCRIPT
};

struct program {
    char name[64];
    struct head head;
    enum language language;
    int fd;    /* sealed: a script, or what the compiler made; -1 */
    int input; /* sealed; -1 */
    int also;  /* sealed; -1 */
};

/* Read it; C and C++ are compiled in the box `b`.  False: that ended as its
 * head wants it to (`why` is empty), or not; there is nothing to run. */
bool program_load(struct program *p, struct run_box *b, const char *path,
                  char *why, size_t size);
void program_free(struct program *p);
/* One run, cold, or warm: by the python3 zygote, by a node that was started
 * ahead (which is the caller's to await; JavaScript that is cold runs in the
 * node zygote, too).  ERR_OK: *r is the caller's to free.
 * `why` is what differs from the head's promise, empty if nothing does. */
enum err program_run(const struct program *p, struct run_box *b, bool warm,
                     struct run_result *r, char *why, size_t size);

/* -- host.c -- */
/* Remember what the host looks like while box is idle. */
void host_remember(void);
/* Does it look so again?  Waits: slots make themselves ready meanwhile. */
bool host_clean(char *why, size_t size);

/* -- after.c -- */
/* In every slot of a kind at once, a program that looks for leftovers. */
enum after {
    AFTER_EXEC,
    AFTER_PYTHON3,
    AFTER_NODE, /* nothing is started ahead there afterwards */
    AFTERS
};
void after_load(struct run_box *b);
bool after_clean(enum after kind, char *why, size_t size);
/* Have node started ahead in every slot for what is to run next. */
bool after_ahead(struct run_box *b);

/* -- lane.c: honest programs, one after the other, in a process of its own --
 */
void lane_start(void);
/* No honest program runs when it returns, until lane_go(). */
void lane_pause(void);
void lane_go(const char *beside);
/* Calls `result` for each honest program. */
void lane_stop(void (*result)(bool ok, const char *name, const char *what));

#endif
