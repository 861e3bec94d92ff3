/* problem.yaml: metadata, limits, flags and our `assay:` map. */
#include "core/package_internal.h"

#include "lib/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "problem.yaml"

enum {
    LANGUAGES_MAX = 32
};

static void
read_type(struct package_reader *r, const char *file, const struct yaml *y,
          void *out)
{
    const struct yaml *only = yaml_kind(y) == YAML_LIST && yaml_size(y) == 1
                                  ? yaml_at(y, 0)
                                  : y;
    const char *text = yaml_kind(only) == YAML_TEXT ? yaml_text(only) : NULL;

    (void)out;
    if (text == NULL || strcmp(text, "pass-fail") != 0)
        package_fault(r, file, yaml_line(y),
                      "expected type pass-fail; partial points are asked for "
                      "by `assay: {partial: true}`");
}

/* A text, or a map from language codes to texts: English, else the first. */
static void
read_name(struct package_reader *r, const char *file, const struct yaml *y,
          void *out)
{
    const struct yaml *t = y;
    const char *text;

    (void)out;
    if (yaml_kind(y) == YAML_MAP)
        t = yaml_get(y, "en") != NULL ? yaml_get(y, "en") : yaml_at(y, 0);
    text = t != NULL && yaml_kind(t) == YAML_TEXT ? yaml_text(t) : NULL;
    if (text == NULL || *text == '\0' || strlen(text) >= sizeof r->p->title ||
        !text_is_utf8(text, strlen(text)) || strpbrk(text, "\n\r\t") != NULL)
        package_fault(r, file, yaml_line(y),
                      "expected a title of 1 to 200 bytes in one line");
    else
        memcpy(r->p->title, text, strlen(text) + 1);
}

static void
read_time_limit(struct package_reader *r, const char *file,
                const struct yaml *y, void *out)
{
    double seconds;

    (void)out;
    if (package_number(r, file, y, 0.01, 60, &seconds))
        r->p->time_limit_ms = (int64_t)llround(seconds * 1000);
}

static void
read_memory(struct package_reader *r, const char *file, const struct yaml *y,
            void *out)
{
    double mib;

    (void)out;
    if (package_number(r, file, y, 8, 4096, &mib))
        r->p->memory_limit_kb = (int64_t)(mib * 1024);
}

static void
read_output(struct package_reader *r, const char *file, const struct yaml *y,
            void *out)
{
    double mib;

    (void)out;
    if (package_number(r, file, y, 0.01, 64, &mib))
        r->p->output_limit_kb = (int64_t)(mib * 1024);
}

static void
read_checker_time(struct package_reader *r, const char *file,
                  const struct yaml *y, void *out)
{
    double seconds;

    (void)out;
    if (package_number(r, file, y, 0.1, 60, &seconds))
        r->p->checker.time_limit_ms = (int64_t)llround(seconds * 1000);
}

static void
read_checker_memory(struct package_reader *r, const char *file,
                    const struct yaml *y, void *out)
{
    double mib;

    (void)out;
    if (package_number(r, file, y, 8, 4096, &mib))
        r->p->checker.memory_limit_kb = (int64_t)(mib * 1024);
}

static void
read_checker_output(struct package_reader *r, const char *file,
                    const struct yaml *y, void *out)
{
    double mib;

    (void)out;
    if (package_number(r, file, y, 0.01, 64, &mib))
        r->p->checker.output_limit_kb = (int64_t)(mib * 1024);
}

static void
read_other_limit(struct package_reader *r, const char *file,
                 const struct yaml *y, void *out)
{
    double d;

    (void)out;
    package_number(r, file, y, 0.001, 1e6, &d);
}

static void
read_limits(struct package_reader *r, const char *file, const struct yaml *y,
            void *out)
{
    static const struct package_key keys[] = {
        {"time_limit", PACKAGE_BOTH, read_time_limit},
        {"memory", PACKAGE_BOTH, read_memory},
        {"output", PACKAGE_BOTH, read_output},
        {"time_multipliers", PACKAGE_NEW, NULL},
        {"time_resolution", PACKAGE_NEW, read_other_limit},
        {"time_multiplier", PACKAGE_LEGACY, read_other_limit},
        {"time_safety_margin", PACKAGE_LEGACY, read_other_limit},
        {"code", PACKAGE_BOTH, read_other_limit},
        {"compilation_time", PACKAGE_BOTH, read_other_limit},
        {"compilation_memory", PACKAGE_BOTH, read_other_limit},
        {"validation_time", PACKAGE_BOTH, read_checker_time},
        {"validation_memory", PACKAGE_BOTH, read_checker_memory},
        {"validation_output", PACKAGE_BOTH, read_checker_output},
    };

    package_keys(r, file, y, keys, sizeof keys / sizeof *keys, out);
}

static void
add_language(struct package_reader *r, const char *file, int line,
             const char *id)
{
    struct package *p = r->p;
    size_t n = strlen(id);

    if (n == 0 || n >= sizeof p->languages[0] ||
        id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0' ||
        p->nlanguages == LANGUAGES_MAX) {
        package_fault(r, file, line, "`%s` is no language's code", id);
        return;
    }
    for (size_t i = 0; i < p->nlanguages; i++)
        if (strcmp(p->languages[i], id) == 0) {
            package_fault(r, file, line, "`%s` is named twice", id);
            return;
        }
    p->languages = xrealloc(p->languages,
                            (p->nlanguages + 1) * sizeof p->languages[0]);
    memcpy(p->languages[p->nlanguages++], id, n + 1);
}

/* A list; or (legacy) words in a text; or the word `all`. */
static void
read_languages(struct package_reader *r, const char *file, const struct yaml *y,
               void *out)
{
    const char *text = yaml_kind(y) == YAML_TEXT ? yaml_text(y) : NULL;
    char *copy, *save = NULL;

    (void)out;
    if (text != NULL && strcmp(text, "all") == 0)
        return;
    r->all_languages = false;
    r->p->nlanguages = 0; /* `assay:` comes last and may say it again */
    if (text != NULL) {
        copy = xstrdup(text);
        for (char *w = strtok_r(copy, " \t", &save); w != NULL;
             w = strtok_r(NULL, " \t", &save))
            add_language(r, file, yaml_line(y), w);
        free(copy);
        return;
    }
    if (yaml_kind(y) != YAML_LIST || yaml_size(y) == 0)
        package_fault(r, file, yaml_line(y), "expected a list of languages");
    for (size_t i = 0; i < yaml_size(y) && yaml_kind(y) == YAML_LIST; i++) {
        const struct yaml *w = yaml_at(y, i);
        const char *id = yaml_kind(w) == YAML_TEXT ? yaml_text(w) : NULL;

        add_language(r, file, yaml_line(w), id != NULL ? id : "");
    }
}

static void
read_constants(struct package_reader *r, const char *file, const struct yaml *y,
               void *out)
{
    (void)out;
    if (yaml_size(y) > 0)
        package_fault(r, file, yaml_line(y), "constants are not supported");
}

static void
read_validation(struct package_reader *r, const char *file,
                const struct yaml *y, void *out)
{
    const char *text = yaml_kind(y) == YAML_TEXT ? yaml_text(y) : NULL;

    (void)out;
    r->validation_custom = text != NULL && strcmp(text, "custom") == 0;
    if (text == NULL || (!r->validation_custom && strcmp(text, "default") != 0))
        package_fault(r, file, yaml_line(y),
                      "expected `default` or `custom`: interaction and "
                      "scoring are not supported");
}

static void
read_problem_flags(struct package_reader *r, const char *file,
                   const struct yaml *y, void *out)
{
    struct package_words words = {0};

    (void)out;
    package_words_read(r, file, y, &words);
    package_flags(r, file, yaml_line(y), &words, &r->p->compare);
    r->flags.word = xrealloc(r->flags.word, (r->flags.count + words.count + 1) *
                                                sizeof *words.word);
    for (size_t i = 0; i < words.count; i++)
        r->flags.word[r->flags.count++] = words.word[i];
    free(words.word);
}

/* -- assay: -- */

static void
read_kind(struct package_reader *r, const char *file, const struct yaml *y,
          void *out)
{
    const char *text = yaml_kind(y) == YAML_TEXT ? yaml_text(y) : NULL;

    (void)out;
    if (text != NULL && strcmp(text, "io") == 0)
        r->p->kind = PACKAGE_IO;
    else if (text != NULL && strcmp(text, "unittest") == 0)
        r->p->kind = PACKAGE_UNITTEST;
    else
        package_fault(r, file, yaml_line(y), "expected io or unittest");
}

static void
read_points(struct package_reader *r, const char *file, const struct yaml *y,
            void *out)
{
    (void)out;
    package_number(r, file, y, 0, 100000, &r->p->points);
}

static void
read_feedback(struct package_reader *r, const char *file, const struct yaml *y,
              void *out)
{
    static const char *const levels[] = {"full", "message", "name", "none"};
    const char *text = yaml_kind(y) == YAML_TEXT ? yaml_text(y) : NULL;
    int i = 0;

    (void)out;
    while (i < 4 && (text == NULL || strcmp(text, levels[i]) != 0))
        i++;
    if (i == 4)
        package_fault(r, file, yaml_line(y),
                      "expected full, message, name or none");
    else
        r->p->feedback = (enum package_feedback)i;
}

static void
read_isolation(struct package_reader *r, const char *file, const struct yaml *y,
               void *out)
{
    const char *text = yaml_kind(y) == YAML_TEXT ? yaml_text(y) : "";

    (void)out;
    if (strcmp(text, "split") != 0 && strcmp(text, "shared") != 0)
        package_fault(r, file, yaml_line(y), "expected split or shared");
    r->p->shared = strcmp(text, "shared") == 0;
}

static void
read_partial(struct package_reader *r, const char *file, const struct yaml *y,
             void *out)
{
    (void)out;
    if (!yaml_bool(y, &r->p->partial))
        package_fault(r, file, yaml_line(y), "expected true or false");
}

static void
read_run(struct package_reader *r, const char *file, const struct yaml *y,
         void *out)
{
    const char *text = yaml_kind(y) == YAML_TEXT ? yaml_text(y) : NULL;

    (void)out;
    r->run_said = true;
    r->p->stop_at_failure = text != NULL && strcmp(text, "first_failure") == 0;
    if (text == NULL || (!r->p->stop_at_failure && strcmp(text, "all") != 0))
        package_fault(r, file, yaml_line(y), "expected all or first_failure");
}

static void
read_assay(struct package_reader *r, const char *file, const struct yaml *y,
           void *out)
{
    static const struct package_key keys[] = {
        {"kind", PACKAGE_BOTH, read_kind},
        {"languages", PACKAGE_BOTH, read_languages},
        {"points", PACKAGE_BOTH, read_points},
        {"feedback", PACKAGE_BOTH, read_feedback},
        {"isolation", PACKAGE_BOTH, read_isolation},
        {"partial", PACKAGE_BOTH, read_partial},
        {"run", PACKAGE_BOTH, read_run},
        {"weights", PACKAGE_BOTH, NULL}, /* with data/, whose names it has */
    };

    package_keys(r, file, y, keys, sizeof keys / sizeof *keys, out);
}

static void
read_nothing(struct package_reader *r, const char *file, const struct yaml *y,
             void *out)
{
    (void)r, (void)file, (void)y, (void)out;
}

/* Which format is it?  Decides which keys are known. */
static void
read_version(struct package_reader *r)
{
    static const char *const news[] = {"2025-09", "2023-07-draft", "draft"};
    const struct yaml *y = yaml_get(r->problem, "problem_format_version");
    const char *text;

    r->legacy = true;
    if (y == NULL)
        return;
    text = yaml_kind(y) == YAML_TEXT ? yaml_text(y) : NULL;
    for (size_t i = 0; i < 3 && text != NULL; i++)
        if (strcmp(text, news[i]) == 0)
            r->legacy = false;
    if (r->legacy && (text == NULL || (strcmp(text, "legacy") != 0 &&
                                       strcmp(text, "legacy-icpc") != 0)))
        package_fault(r, FILE_NAME, yaml_line(y),
                      "expected problem_format_version 2025-09 or legacy");
}

static void
set_defaults(struct package_reader *r)
{
    struct package *p = r->p;

    p->points = 100;
    p->time_limit_ms = 2000;
    p->memory_limit_kb = 256 * 1024;
    p->output_limit_kb = 8 * 1024;
    /* the format's 60 s would let a checker that hangs hold a core for long */
    p->checker.time_limit_ms = 10 * 1000;
    p->checker.memory_limit_kb = 1024 * 1024;
    p->checker.output_limit_kb = 8 * 1024;
    p->compare.float_absolute = p->compare.float_relative = -1;
    p->kind = PACKAGE_IO;
    for (size_t i = 0; i < r->files.count; i++)
        if (package_under(r->files.entry[i].name, "tests/") != NULL)
            p->kind = PACKAGE_UNITTEST;
        else if (package_under(r->files.entry[i].name, "output_validator/") ||
                 package_under(r->files.entry[i].name, "output_validators/"))
            r->custom = true;
    r->all_languages = true;
}

void
package_read_problem(struct package_reader *r)
{
    static const struct package_key keys[] = {
        {"problem_format_version", PACKAGE_BOTH, read_nothing},
        {"type", PACKAGE_BOTH, read_type},
        {"name", PACKAGE_BOTH, read_name},
        {"uuid", PACKAGE_BOTH, NULL},
        {"version", PACKAGE_NEW, NULL},
        {"credits", PACKAGE_NEW, NULL},
        {"author", PACKAGE_LEGACY, NULL},
        {"source", PACKAGE_BOTH, NULL},
        {"source_url", PACKAGE_LEGACY, NULL},
        {"license", PACKAGE_BOTH, NULL},
        {"rights_owner", PACKAGE_BOTH, NULL},
        {"embargo_until", PACKAGE_NEW, NULL},
        {"limits", PACKAGE_BOTH, read_limits},
        {"keywords", PACKAGE_BOTH, NULL},
        {"languages", PACKAGE_BOTH, read_languages},
        {"allow_file_writing", PACKAGE_NEW, NULL},
        {"constants", PACKAGE_NEW, read_constants},
        {"validation", PACKAGE_LEGACY, read_validation},
        {"validator_flags", PACKAGE_BOTH, read_problem_flags},
        {"output_validator_flags", PACKAGE_BOTH, read_problem_flags},
        {"grading", PACKAGE_LEGACY, NULL},
        {"assay", PACKAGE_BOTH, read_nothing}, /* last, see below */
    };
    const struct archive_entry_data *e = package_file(r, FILE_NAME);
    const struct yaml *assay;

    set_defaults(r);
    r->p->feedback = r->p->kind == PACKAGE_UNITTEST ? FEEDBACK_MESSAGE
                                                    : FEEDBACK_NAME;
    if (e == NULL) {
        package_fault(r, FILE_NAME, 0, "is missing");
        return;
    }
    r->problem = package_yaml(r, e);
    if (r->problem == NULL)
        return;
    read_version(r);
    package_keys(r, FILE_NAME, r->problem, keys, sizeof keys / sizeof *keys,
                 NULL);
    assay = yaml_get(r->problem, "assay");
    if (assay != NULL)
        read_assay(r, FILE_NAME, assay, NULL);
    if (yaml_get(r->problem, "name") == NULL)
        package_fault(r, FILE_NAME, 0, "expected a `name`");
}
