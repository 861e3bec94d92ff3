/* An assignment as a package: a directory or archive in the Kattis/ICPC
 * problem package format, with a small extension for unit tests.
 *
 *   problem.yaml                name, limits, and `assay:` below
 *   statement/problem.en.md     the handout (legacy: problem_statement/), and
 *                               its pictures
 *   data/sample/NAME.in|ans     shown to students, and graded first
 *   data/secret/NAME.in|ans     hidden; data/secret/GROUP/… groups
 *   submissions/FOLDER/…        programs whose verdict the folder names
 *   starter/solution.EXT        what the editor begins with
 *   tests/NAME.py               unittest kind: Python's unittest, imports
 *                               solution
 *   attachments/…               more files for students
 *   output_validator/FILE       a checker (legacy: output_validators/, with
 *                               `validation: custom`): one source file, whose
 *                               ending names its language
 *
 * problem.yaml's `assay:` map: kind (io | unittest; unittest when there is a
 * tests/ folder), languages (list; else problem.yaml's; else those of the
 * model solutions and starters), points (100), feedback (full | message |
 * name | none, of tests that are no samples), partial (true: points by test
 * weight), isolation (unittest: split | shared; shared where tests need what
 * two processes cannot give them: docs/ADDING.md), weights ({secret/big: 3},
 * of a test, or of each test of a group), run (io: all | first_failure; all: a
 * program that failed one test is run on the others, too).
 *
 * The flags of the default output validator stand where the formats have them
 * (output_validator_args in test_group.yaml and NAME.yaml; legacy:
 * validator_flags in problem.yaml, output_validator_flags in testdata.yaml),
 * and in problem.yaml as validator_flags or output_validator_flags in both.
 * Those of a test replace those of its group, which replace those of the
 * group around it; problem.yaml's come before either.  A checker gets them as
 * its arguments, whatever they are.
 *
 * What this judge does not do is refused rather than passed over: checkers of
 * several files, interaction, several passes, scoring, arguments, included
 * code.
 *
 * Specification: https://www.kattis.com/problem-package-format/spec/2025-09
 * Everything is read into memory: a package is at most a few MiB, and a grader
 * keeps the last few parsed.
 */
#ifndef CORE_PACKAGE_H
#define CORE_PACKAGE_H

#include "core/verdict.h"
#include "lib/err.h"
#include "lib/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum package_kind {
    PACKAGE_IO,
    PACKAGE_UNITTEST
};

/* What a student is told of a test that is not a sample. */
enum package_feedback {
    FEEDBACK_FULL,    /* input, expected and actual */
    FEEDBACK_MESSAGE, /* verdict and message (an assertion's text) */
    FEEDBACK_NAME,    /* verdict and the test's name */
    FEEDBACK_NONE     /* that a hidden test failed */
};

struct package_blob {
    char *name; /* of a file; for a submission "accepted/hello.py" */
    char *data; /* followed by a NUL */
    size_t size;
};

/* The default output validator's flags (Kattis), as in grader/compare.h. */
struct package_compare {
    bool case_sensitive;
    bool space_change_sensitive;
    double float_absolute; /* < 0: none */
    double float_relative; /* < 0: none */
};

struct package_test { /* io kind */
    char *name;       /* "sample/01", "secret/big/03" */
    char *input;
    size_t input_size;
    char *answer;
    size_t answer_size;
    bool sample;
    enum package_feedback feedback;
    double weight; /* of the points where partial */
    struct package_compare compare;
    char **args; /* of the checker; NULL-terminated, NULL: none */
};

enum {
    PACKAGE_ARGS_MAX = 16, /* of a checker */
    PACKAGE_ARG_MAX = 255  /* bytes of one */
};

/* A program of the package that judges outputs: the format's output
 * validator. */
struct package_checker {
    struct package_blob source; /* .name NULL: there is none */
    char language[33];
    int64_t time_limit_ms;
    int64_t memory_limit_kb;
    int64_t output_limit_kb;
};

struct package {
    char slug[64]; /* the directory's name */
    char title[201];
    enum package_kind kind;
    char *handout;      /* Markdown */
    char *handout_html; /* rendered once, safe */
    char (*languages)[33];
    size_t nlanguages;
    double points;
    bool partial;
    enum package_feedback feedback; /* unittest kind, and secret tests of io */
    bool shared; /* unittest: tests and submission in one process */
    int64_t time_limit_ms;
    int64_t memory_limit_kb;
    int64_t output_limit_kb;
    struct package_compare compare; /* where a test does not say more */
    struct package_checker checker; /* io kind; in the place of `compare` */
    bool stop_at_failure; /* io kind: the first test that fails is the last */
    struct package_test *tests; /* io: samples first, then secret by name */
    size_t ntests;
    struct package_blob *unittests; /* unittest: tests/ files */
    size_t nunittests;
    struct package_blob *starters; /* name: the language */
    size_t nstarters;
    struct package_blob *attachments;
    size_t nattachments;
    struct package_blob *submissions;
    size_t nsubmissions;
};

/* Read a package from an archive's bytes (tar, tar.gz or zip; entries under
 * one top directory or none).  ERR_INVALID: `why` gets every fault, a line
 * each: `FILE: what was expected`, or `FILE:LINE: …`; the package is then
 * NULL.  `slug` names it. */
enum err package_read(const char *slug, const void *archive, size_t size,
                      struct package **out, struct buf *why);

/* Pack a directory into a canonical tar.gz (entries sorted, no times, no
 * owners): the same files give the same bytes, hence the same package hash.
 * ERR_NOT_FOUND, ERR_INVALID (links, devices; `why` as above). */
enum err package_pack(const char *dir, struct buf *archive, struct buf *why);

/* How many tests there are.  unittest kind: as counted in the text of tests/
 * (at least 1), because nothing is run here; a report has the true number. */
size_t package_tests_total(const struct package *p);

/* The language that a source file's name says ("sum.py": "python3"), by the
 * format's table of file endings; NULL when it says none. */
const char *package_language_of(const char *filename);

void package_free(struct package *p); /* NULL is legal */

#endif
