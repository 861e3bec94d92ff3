/* Everything of a package but problem.yaml and data/: handout, starters,
 * unit tests, attachments, submissions; and what must not be there.
 */
#include "core/package_internal.h"

#include "lib/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* A run takes 16 files; the solution and the plan are two. */
    UNITTESTS_MAX = 14,
    NAME_MAX_BYTES = 63,
    HANDOUT_MAX = 256 * 1024,
    SOURCE_MAX = 1024 * 1024
};

static void
blob_add(struct package_blob **list, size_t *count, const char *name,
         const struct archive_entry_data *e)
{
    struct package_blob *b;

    *list = xrealloc(*list, (*count + 1) * sizeof **list);
    b = &(*list)[(*count)++];
    b->name = xstrdup(name);
    b->data = package_text(e);
    b->size = e->size;
}

static bool
blob_has(const struct package_blob *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return true;
    return false;
}

/* A source file: not empty, not huge, UTF-8 where it must be shown. */
static bool
check_source(struct package_reader *r, const struct archive_entry_data *e)
{
    if (e->size <= SOURCE_MAX && text_is_utf8(e->data, e->size))
        return true;
    package_fault(r, e->name, 0, "expected at most 1 MiB of UTF-8 text");
    return false;
}

/* -- the handout -- */

static bool
is_statement(const char *name)
{
    return strncmp(name, "problem.", 8) == 0 &&
           (text_ends_with(name, ".md") || text_ends_with(name, ".tex") ||
            text_ends_with(name, ".pdf"));
}

/* English if there, else the first by name. */
static void
read_handout(struct package_reader *r)
{
    static const char *const folders[] = {"statement/", "problem_statement/"};
    const struct archive_entry_data *best = NULL;

    for (size_t f = 0; f < 2 && best == NULL; f++)
        for (size_t i = 0; i < r->files.count; i++) {
            const struct archive_entry_data *e = &r->files.entry[i];
            const char *name = package_under(e->name, folders[f]);

            if (name == NULL || !is_statement(name) ||
                !text_ends_with(name, ".md"))
                continue;
            if (best == NULL || strcmp(name, "problem.en.md") == 0)
                best = e;
        }
    if (best == NULL)
        package_fault(r, "statement/problem.en.md", 0,
                      "is missing (LaTeX and PDF are not read)");
    else if (best->size == 0 || best->size > HANDOUT_MAX ||
             !text_is_utf8(best->data, best->size))
        package_fault(r, best->name, 0, "expected 1 to 262144 bytes of UTF-8");
    else
        r->p->handout = package_text(best);
}

/* -- one file of each folder; `name` is without the folder -- */

static void
take_statement(struct package_reader *r, const struct archive_entry_data *e,
               const char *name)
{
    struct package *p = r->p;

    if (is_statement(name))
        return;
    if (strchr(name, '/') != NULL || strlen(name) > NAME_MAX_BYTES)
        package_fault(r, e->name, 0,
                      "expected a file of 1 to 63 bytes' name, no folder");
    else if (blob_has(p->attachments, p->nattachments, name))
        package_fault(r, e->name, 0, "another file has this name already");
    else
        blob_add(&p->attachments, &p->nattachments, name, e);
}

static void
take_starter(struct package_reader *r, const struct archive_entry_data *e,
             const char *name)
{
    struct package *p = r->p;
    const char *language = package_language_of(name);

    if (language == NULL)
        package_fault(r, e->name, 0, "its ending names no language");
    else if (blob_has(p->starters, p->nstarters, language))
        package_fault(r, e->name, 0, "a second starter for %s", language);
    else if (check_source(r, e))
        blob_add(&p->starters, &p->nstarters, language, e);
}

/* A module's name: NAME.py, where NAME is an identifier. */
static bool
is_module(const char *name)
{
    size_t n = strlen(name);

    if (n < 4 || n > NAME_MAX_BYTES || !text_ends_with(name, ".py") ||
        isdigit((unsigned char)name[0]))
        return false;
    for (size_t i = 0; i < n - 3; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_')
            return false;
    return true;
}

static void
take_unittest(struct package_reader *r, const struct archive_entry_data *e,
              const char *name)
{
    struct package *p = r->p;

    if (!is_module(name) || strcmp(name, "solution.py") == 0 ||
        strcmp(name, "assay.py") == 0)
        package_fault(r, e->name, 0,
                      "expected NAME.py, importable, not solution or assay");
    else if (p->nunittests == UNITTESTS_MAX)
        package_fault(r, e->name, 0, "more than %d files", UNITTESTS_MAX);
    else if (check_source(r, e))
        blob_add(&p->unittests, &p->nunittests, name, e);
}

static void
take_submission(struct package_reader *r, const struct archive_entry_data *e,
                const char *name)
{
    static const char *const others[] = {"rejected", "brute_force",
                                         "partially_accepted"};
    const char *slash = strchr(name, '/');
    char *folder;
    bool known;

    if (strcmp(name, "submissions.yaml") == 0)
        return;
    if (slash == NULL || strchr(slash + 1, '/') != NULL) {
        package_fault(r, e->name, 0,
                      "expected submissions/FOLDER/FILE, one file a program");
        return;
    }
    folder = xstrndup(name, (size_t)(slash - name));
    known = verdict_of_folder(folder) != -1;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        known = known || strcmp(folder, others[i]) == 0;
    if (!known)
        package_fault(r, e->name, 0, "`%s` says no verdict", folder);
    else if (e->size > SOURCE_MAX)
        package_fault(r, e->name, 0, "is larger than 1 MiB");
    else
        blob_add(&r->p->submissions, &r->p->nsubmissions, name, e);
    free(folder);
}

/* One source file: FILE, or FOLDER/FILE with nothing beside it. */
static void
take_checker(struct package_reader *r, const struct archive_entry_data *e,
             const char *name)
{
    struct package_checker *c = &r->p->checker;
    const char *slash = strchr(name, '/');
    const char *language = package_language_of(name);

    if (c->source.name != NULL)
        package_fault(r, e->name, 0,
                      "a checker is one source file, and %s is there already",
                      c->source.name);
    else if (slash != NULL && strchr(slash + 1, '/') != NULL)
        package_fault(r, e->name, 0, "a checker is one source file");
    else if (language == NULL)
        package_fault(r, e->name, 0,
                      "its ending names no language (a checker is one source "
                      "file; build and run scripts are not used)");
    else if (check_source(r, e)) {
        c->source = (struct package_blob){
            .name = xstrdup(e->name), .data = package_text(e), .size = e->size};
        snprintf(c->language, sizeof c->language, "%s", language);
    }
}

/* -- the top of the package -- */

static void
take_unsupported(struct package_reader *r, const struct archive_entry_data *e,
                 const char *name)
{
    (void)name;
    package_fault(r, e->name, 0, "is not supported here");
}

static const struct {
    const char *folder;
    void (*take)(struct package_reader *r, const struct archive_entry_data *e,
                 const char *name); /* NULL: known, and of no use here */
} folders[] = {
    {"statement/", take_statement},
    {"problem_statement/", take_statement},
    {"attachments/", take_statement},
    {"starter/", take_starter},
    {"tests/", take_unittest},
    {"submissions/", take_submission},
    {"data/", NULL}, /* package_data.c */
    {"solution/", NULL},
    {"generators/", NULL},
    {"input_validators/", NULL},
    {"input_format_validators/", NULL},
    {"input_visualizer/", NULL},
    {"output_visualizer/", NULL},
    {"output_validator/", take_checker},
    {"output_validators/", take_checker},
    {"static_validator/", take_unsupported},
    {"include/", take_unsupported},
    {"graders/", take_unsupported},
};

static void
take_file(struct package_reader *r, const struct archive_entry_data *e)
{
    static const char *const known[] = {"problem.yaml", "README.md", "README",
                                        "LICENSE", "domjudge-problem.ini"};

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *name = package_under(e->name, folders[i].folder);

        if (name == NULL)
            continue;
        if (folders[i].take != NULL)
            folders[i].take(r, e, name);
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(e->name, known[i]) == 0)
            return;
    package_fault(r, e->name, 0, "is no part of a package");
}

/* Where no languages were named: those that the package itself uses. */
static void
infer_languages(struct package_reader *r)
{
    struct package *p = r->p;

    for (size_t i = 0; i < p->nstarters + p->nsubmissions; i++) {
        const char *id, *name;
        bool there = false;

        if (i < p->nstarters)
            id = p->starters[i].name;
        else {
            name = p->submissions[i - p->nstarters].name;
            id = package_under(name, "accepted/") != NULL
                     ? package_language_of(name)
                     : NULL;
        }
        for (size_t k = 0; k < p->nlanguages && id != NULL; k++)
            there = there || strcmp(p->languages[k], id) == 0;
        if (id == NULL || there)
            continue;
        p->languages = xrealloc(p->languages,
                                (p->nlanguages + 1) * sizeof p->languages[0]);
        memcpy(p->languages[p->nlanguages++], id, strlen(id) + 1);
    }
}

void
package_read_files(struct package_reader *r)
{
    bool model = false;

    read_handout(r);
    for (size_t i = 0; i < r->files.count; i++)
        take_file(r, &r->files.entry[i]);
    for (size_t i = 0; i < r->p->nsubmissions; i++)
        model = model ||
                package_under(r->p->submissions[i].name, "accepted/") != NULL;
    if (!model)
        package_fault(r, "submissions/accepted", 0,
                      "expected at least one model solution");
    if (r->all_languages)
        infer_languages(r);
}
