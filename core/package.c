#include "core/package.h"

#include "core/package_internal.h"
#include "lib/markdown.h"
#include "lib/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    FAULTS_MAX = 100 /* they are enough to begin with */
};

static const struct archive_caps caps = {
    .entries = 4000, .bytes = 64 * 1024 * 1024, .ratio = 250};

void
package_fault(struct package_reader *r, const char *file, int line,
              const char *fmt, ...)
{
    va_list ap;

    if (++r->faults > FAULTS_MAX)
        return;
    if (line > 0)
        buf_fmt(r->why, "%s:%d: ", file, line);
    else
        buf_fmt(r->why, "%s: ", file);
    va_start(ap, fmt);
    buf_vfmt(r->why, fmt, ap);
    va_end(ap);
    buf_str(r->why, "\n");
}

const struct archive_entry_data *
package_file(const struct package_reader *r, const char *name)
{
    for (size_t i = 0; i < r->files.count; i++)
        if (strcmp(r->files.entry[i].name, name) == 0)
            return &r->files.entry[i];
    return NULL;
}

const char *
package_under(const char *name, const char *folder)
{
    size_t n = strlen(folder);

    return strncmp(name, folder, n) == 0 ? name + n : NULL;
}

char *
package_text(const struct archive_entry_data *e)
{
    char *copy = xmalloc(e->size + 1);

    memcpy(copy, e->data, e->size + 1);
    return copy;
}

struct yaml *
package_yaml(struct package_reader *r, const struct archive_entry_data *e)
{
    char *why;
    int line;
    struct yaml *y = yaml_parse(e->data, e->size, &why, &line);

    if (y == NULL) {
        package_fault(r, e->name, line, "not YAML as we read it: %s", why);
        free(why);
    } else if (yaml_kind(y) != YAML_MAP) {
        package_fault(r, e->name, yaml_line(y), "expected `key: value` lines");
        yaml_free(y);
        y = NULL;
    }
    return y;
}

/* By the table of languages in the format's appendix. */
const char *
package_language_of(const char *filename)
{
    static const struct {
        const char *ending, *language;
    } table[] = {{".py", "python3"},    {".c", "c"},       {".cc", "cpp"},
                 {".cpp", "cpp"},       {".cxx", "cpp"},   {".java", "java"},
                 {".js", "javascript"}, {".go", "go"},     {".rs", "rust"},
                 {".kt", "kotlin"},     {".cs", "csharp"}, {".sh", "bash"}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (text_ends_with(filename, table[i].ending))
            return table[i].language;
    return NULL;
}

static bool
slug_is_good(const char *slug)
{
    size_t n = strlen(slug);

    if (n == 0 || n >= sizeof((struct package *)0)->slug || slug[0] == '-')
        return false;
    /* "next" is a word of the API */
    return slug[strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-")] ==
               '\0' &&
           strcmp(slug, "next") != 0;
}

static void
check_checker(struct package_reader *r)
{
    if (r->custom && r->p->kind != PACKAGE_IO)
        package_fault(r, "output_validator", 0,
                      "a unittest assignment has no checker");
    if (r->run_said && r->p->kind != PACKAGE_IO)
        package_fault(r, "problem.yaml", 0, "`run` is for io assignments");
    if (r->legacy && r->custom && !r->validation_custom)
        package_fault(r, "output_validators", 0,
                      "problem.yaml does not say `validation: custom`");
    if (r->validation_custom && !r->custom)
        package_fault(r, "problem.yaml", 0,
                      "`validation: custom`, but no program in "
                      "output_validators/");
}

/* What concerns more than one part. */
static void
check_whole(struct package_reader *r)
{
    struct package *p = r->p;
    size_t limit = (size_t)p->output_limit_kb * 1024;

    if (p->kind == PACKAGE_UNITTEST && p->nunittests == 0)
        package_fault(r, "tests", 0, "expected at least one NAME.py");
    if (p->kind == PACKAGE_UNITTEST && p->ntests > 0)
        package_fault(r, "data", 0,
                      "a unittest assignment has tests/ and no data/");
    if (p->kind == PACKAGE_IO && p->nunittests > 0)
        package_fault(r, "tests", 0,
                      "an io assignment has data/ and no tests/");
    if (p->kind == PACKAGE_IO && p->ntests == 0)
        package_fault(r, "data/secret", 0, "expected at least one test");
    check_checker(r);
    if (p->nlanguages == 0)
        package_fault(r, "problem.yaml", 0,
                      "expected `languages`, a starter or a model solution");
    for (size_t i = 0; i < p->nlanguages; i++)
        if (p->kind == PACKAGE_UNITTEST &&
            strcmp(p->languages[i], "python3") != 0)
            package_fault(r, "problem.yaml", 0,
                          "a unittest assignment is in python3, not %s",
                          p->languages[i]);
    for (size_t i = 0; i < p->ntests; i++)
        if (p->tests[i].answer_size > limit)
            package_fault(r, p->tests[i].name, 0,
                          "the answer is longer than the output limit");
}

enum err
package_read(const char *slug, const void *archive, size_t size,
             struct package **out, struct buf *why)
{
    struct package_reader r = {.why = why};
    enum err e;

    *out = NULL;
    e = archive_read(archive, size, &caps, &r.files, why);
    if (e != ERR_OK)
        return e;
    r.p = xcalloc(1, sizeof *r.p);
    if (slug_is_good(slug))
        memcpy(r.p->slug, slug, strlen(slug) + 1);
    else
        package_fault(&r, slug, 0,
                      "a name has 1 to 63 of a-z 0-9 - and is not \"next\"");
    package_read_problem(&r);
    package_read_files(&r);
    package_read_data(&r);
    check_whole(&r);
    if (r.p->handout != NULL)
        r.p->handout_html = markdown_html(r.p->handout, strlen(r.p->handout));
    yaml_free(r.problem);
    package_words_free(&r.flags);
    archive_list_free(&r.files);
    if (r.faults > FAULTS_MAX)
        buf_fmt(why, "and %d more\n", r.faults - FAULTS_MAX);
    if (r.faults > 0) {
        package_free(r.p);
        return ERR_INVALID;
    }
    *out = r.p;
    return ERR_OK;
}

enum err
package_pack(const char *dir, struct buf *archive, struct buf *why)
{
    struct archive_list files;
    enum err e = archive_read_dir(dir, &caps, &files, why);

    if (e == ERR_OK)
        archive_write(&files, archive);
    archive_list_free(&files);
    return e;
}

/* Lines that begin a test method: blanks, [async] def test… */
static size_t
count_methods(const char *text)
{
    size_t n = 0;

    for (const char *line = text; line != NULL;
         line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *s = line + strspn(line, " \t");

        if (s == line)
            continue;
        if (strncmp(s, "async ", 6) == 0)
            s += 6;
        if (strncmp(s, "def test", 8) == 0)
            n++;
    }
    return n;
}

size_t
package_tests_total(const struct package *p)
{
    size_t n = 0;

    if (p->kind == PACKAGE_IO)
        return p->ntests;
    for (size_t i = 0; i < p->nunittests; i++)
        n += count_methods(p->unittests[i].data);
    return n > 0 ? n : 1;
}

static void
blobs_free(struct package_blob *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(b[i].name);
        free(b[i].data);
    }
    free(b);
}

void
package_free(struct package *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->ntests; i++) {
        free(p->tests[i].name);
        free(p->tests[i].input);
        free(p->tests[i].answer);
        for (char **a = p->tests[i].args; a != NULL && *a != NULL; a++)
            free(*a);
        free(p->tests[i].args);
    }
    free(p->checker.source.name);
    free(p->checker.source.data);
    free(p->tests);
    blobs_free(p->unittests, p->nunittests);
    blobs_free(p->starters, p->nstarters);
    blobs_free(p->attachments, p->nattachments);
    blobs_free(p->submissions, p->nsubmissions);
    free(p->languages);
    free(p->handout);
    free(p->handout_html);
    free(p);
}
