/* What the files core/package*.c share; nobody else includes it. */
#ifndef CORE_PACKAGE_INTERNAL_H
#define CORE_PACKAGE_INTERNAL_H

#include "core/package.h"
#include "lib/archive.h"
#include "lib/yaml.h"

#include <stdbool.h>
#include <stddef.h>

/* Words of a text or of a list, as flags are given. */
struct package_words {
    char **word;
    size_t count;
};

/* A package while it is read. */
struct package_reader {
    struct archive_list files;
    struct package *p;
    struct buf *why;
    int faults;
    bool legacy;                /* the format before 2025-09 */
    bool all_languages;         /* none were named */
    struct yaml *problem;       /* problem.yaml, for `weights` */
    struct package_words flags; /* problem.yaml's, of every test */
    bool custom;                /* there is a checker's folder */
    bool validation_custom;     /* legacy: problem.yaml asks for it */
    bool run_said;              /* `run` is for one kind only */
};

/* Say a fault of `file`; `line` 0 when it is of the whole file. */
void package_fault(struct package_reader *r, const char *file, int line,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* A file by its whole name; NULL when it is not there. */
const struct archive_entry_data *package_file(const struct package_reader *r,
                                              const char *name);

/* `name` without `folder` ("data/") in front; NULL when it is not in it. */
const char *package_under(const char *name, const char *folder);

/* A copy of a file's text, for the package. */
char *package_text(const struct archive_entry_data *e);

/* A YAML file's map; NULL (said) when it is not one. */
struct yaml *package_yaml(struct package_reader *r,
                          const struct archive_entry_data *e);

/* One key of a YAML map. */
enum {
    PACKAGE_NEW = 1,    /* 2025-09 has it */
    PACKAGE_LEGACY = 2, /* the legacy format has it */
    PACKAGE_BOTH = 3
};

struct package_key {
    const char *name;
    int formats;
    /* NULL: known, and of no use here */
    void (*read)(struct package_reader *r, const char *file,
                 const struct yaml *value, void *out);
};

/* Read every entry of `map` by the table; unknown keys are faults. */
void package_keys(struct package_reader *r, const char *file,
                  const struct yaml *map, const struct package_key *keys,
                  size_t nkeys, void *out);

/* A number in [min, max], or a fault and false. */
bool package_number(struct package_reader *r, const char *file,
                    const struct yaml *y, double min, double max, double *out);

/* Add the words of a text, or of a list of texts, or of the `flags` of a map
 * (legacy).  Anything else is a fault. */
void package_words_read(struct package_reader *r, const char *file,
                        const struct yaml *y, struct package_words *out);
void package_words_free(struct package_words *w);

/* The default output validator's flags, put on top of `out`.  Where there is
 * a checker they are its own, and nothing is said of them. */
void package_flags(struct package_reader *r, const char *file, int line,
                   const struct package_words *words,
                   struct package_compare *out);

/* The parts, in this order. */
void package_read_problem(struct package_reader *r); /* problem.yaml */
void package_read_files(struct package_reader *r);   /* all but data/ */
void package_read_data(struct package_reader *r);    /* data/ */

#endif
