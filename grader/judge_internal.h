/* What the files grader/judge*.c share; nobody else includes it. */
#ifndef GRADER_JUDGE_INTERNAL_H
#define GRADER_JUDGE_INTERNAL_H

#include "grader/judge.h"
#include "grader/judge_words.h"
#include "lib/json.h"
#include "lib/mem.h"

enum {
    JUDGE_COMPILE_KEEP = 64 * 1024, /* bytes of the compiler's message */
    JUDGE_MESSAGE_KEEP = 8 * 1024,  /* of a test's */
    JUDGE_REPORT_KEEP = 1024 * 1024 /* of texts in a report, about */
};

/* One judging. */
struct judge {
    struct run_box *box;
    const struct judge_job *job;
    judge_watch *watch;
    void *cookie;
    bool stopped; /* watch said so */

    size_t total; /* tests that there are */
    size_t done;  /* tests told of */
    struct json *tests;
    struct buf compile; /* the compiler's message */
    bool verified;
    size_t kept; /* bytes of texts in the report so far */

    enum verdict verdict; /* the first that is not accepted */
    double earned, weight;
    int64_t time_ms, memory_kb; /* the largest of all tests */
};

/* How one test went.  Texts are borrowed, may be NULL, need not be UTF-8. */
struct judge_outcome {
    const char *name;
    enum verdict verdict;
    enum package_feedback feedback;
    bool sample;
    double weight;
    int64_t time_ms, memory_kb;
    const char *message;
    const char *input, *expected, *actual, *stderr_text;
    size_t input_size, expected_size, actual_size, stderr_size;
    const char *staff; /* for the staff's eyes only */
    size_t staff_size;
};

/* Put a test into the report and tell the watch.  False: stop. */
bool judge_add(struct judge *j, const struct judge_outcome *o);

/* Forget all tests, as if none had been told of. */
void judge_forget(struct judge *j);

/* A tick of a run: the lease is renewed.  False: stop.  A run_watch. */
bool judge_tick(void *judge, const char *data, size_t size);

/* The limits of a run of this job's program. */
void judge_limits(const struct judge_job *job, struct run_limits *out);

/* A language's command with {source} and {artefact} put in, and then `more`
 * (NULL-terminated; may be NULL).  The caller frees with judge_argv_free(). */
char **judge_argv(const struct language *l, char *const *command,
                  const char *source, const char *const *more);
void judge_argv_free(char **argv);

/* The kinds.  Errors as of judge_program(). */
enum err judge_io(struct judge *j);
enum err judge_unittest(struct judge *j);

#endif
