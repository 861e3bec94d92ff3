/* data/: the tests of an io assignment, with what their folders say of them.
 */
#include "core/package_internal.h"

#include "lib/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    TESTS_MAX = 500,
    GROUP_CONFIGS_MAX = 64,
    WEIGHT_MAX = 1000000
};

struct data_reader;

struct list {
    struct package_words words;
    struct list *next;
};

/* What test_group.yaml, testdata.yaml and NAME.yaml say. */
struct settings {
    const struct package_words *args; /* the nearest; NULL: none */
    int line;                         /* where they stand */
    const char *file; /* of this line; as long as the archive lives */
    bool full_feedback;
    struct data_reader *d;
};

struct data_reader {
    struct package_reader *r;
    /* folders ("data/secret/") whose configuration was read already */
    struct {
        char *folder;
        struct settings s;
    } group[GROUP_CONFIGS_MAX];
    size_t ngroups;
    struct list *lists; /* which the settings share */
};

static void
read_flags(struct package_reader *r, const char *file, const struct yaml *y,
           void *out)
{
    struct settings *s = out;
    struct data_reader *d = s->d;
    struct list *l = xcalloc(1, sizeof *l);

    l->next = d->lists;
    d->lists = l;
    package_words_read(r, file, y, &l->words);
    s->args = &l->words;
    s->file = file;
    s->line = yaml_line(y);
    /* said here, and not again for each test */
    package_flags(r, file, s->line, s->args, &(struct package_compare){0});
}

static void
read_full(struct package_reader *r, const char *file, const struct yaml *y,
          void *out)
{
    struct settings *s = out;

    if (!yaml_bool(y, &s->full_feedback))
        package_fault(r, file, yaml_line(y), "expected true or false");
}

static void
read_args(struct package_reader *r, const char *file, const struct yaml *y,
          void *out)
{
    (void)out;
    if (yaml_size(y) > 0)
        package_fault(r, file, yaml_line(y),
                      "arguments of the program are not supported");
}

static void
read_config(struct package_reader *r, const struct archive_entry_data *e,
            struct settings *s)
{
    static const struct package_key keys[] = {
        {"output_validator_args", PACKAGE_NEW, read_flags},
        {"output_validator_flags", PACKAGE_BOTH, read_flags},
        {"full_feedback", PACKAGE_NEW, read_full},
        {"args", PACKAGE_NEW, read_args},
        {"max_score", PACKAGE_NEW, NULL},
        {"score_aggregation", PACKAGE_NEW, NULL},
        {"require_pass", PACKAGE_NEW, NULL},
        {"input_validator_args", PACKAGE_NEW, NULL},
        {"input_visualizer_args", PACKAGE_NEW, NULL},
        {"output_visualizer_args", PACKAGE_NEW, NULL},
        {"hint", PACKAGE_NEW, NULL},
        {"description", PACKAGE_NEW, NULL},
        {"on_reject", PACKAGE_LEGACY, NULL},
        {"grading", PACKAGE_LEGACY, NULL},
        {"grader_flags", PACKAGE_LEGACY, NULL},
        {"input_validator_flags", PACKAGE_LEGACY, NULL},
        {"accept_score", PACKAGE_LEGACY, NULL},
        {"reject_score", PACKAGE_LEGACY, NULL},
        {"range", PACKAGE_LEGACY, NULL},
    };
    struct yaml *y = package_yaml(r, e);

    if (y != NULL)
        package_keys(r, e->name, y, keys, sizeof keys / sizeof *keys, s);
    yaml_free(y);
}

/* The settings of a folder ("data/secret/big/"), on top of its parent's. */
static struct settings
folder_settings(struct data_reader *d, const char *folder)
{
    struct settings s = {.d = d};
    static const char *const names[] = {"test_group.yaml", "testdata.yaml"};
    size_t n = strlen(folder);

    for (size_t i = 0; i < d->ngroups; i++)
        if (strcmp(d->group[i].folder, folder) == 0)
            return d->group[i].s;
    if (strcmp(folder, "data/") != 0) {
        char *parent;

        for (n--; n > 0 && folder[n - 1] != '/'; n--)
            ;
        parent = xstrndup(folder, n);
        s = folder_settings(d, parent);
        free(parent);
    }
    if (strcmp(folder, "data/sample/") == 0)
        s.full_feedback = true;
    for (size_t i = 0; i < 2; i++) {
        char *name = xasprintf("%s%s", folder, names[i]);
        const struct archive_entry_data *e = package_file(d->r, name);

        if (e != NULL)
            read_config(d->r, e, &s);
        free(name);
    }
    if (d->ngroups < GROUP_CONFIGS_MAX) {
        d->group[d->ngroups].folder = xstrdup(folder);
        d->group[d->ngroups++].s = s;
    }
    return s;
}

/* assay.weights: of the test itself, else of its nearest group, else 1. */
static double
weight_of(struct package_reader *r, const char *name)
{
    const struct yaml *weights = yaml_get(yaml_get(r->problem, "assay"),
                                          "weights");
    char *at = xstrdup(name);
    double w = 1;

    for (;;) {
        const struct yaml *y = yaml_get(weights, at);
        char *slash = strrchr(at, '/');

        if (y != NULL && yaml_number(y, &w))
            break;
        if (slash == NULL)
            break;
        *slash = '\0';
    }
    free(at);
    return w;
}

static void
check_weights(struct package_reader *r)
{
    const struct yaml *weights = yaml_get(yaml_get(r->problem, "assay"),
                                          "weights");

    if (weights == NULL)
        return;
    if (yaml_kind(weights) != YAML_MAP)
        package_fault(r, "problem.yaml", yaml_line(weights),
                      "expected a map from tests or groups to numbers");
    for (size_t i = 0; i < yaml_size(weights); i++) {
        const struct yaml *y = yaml_at(weights, i);
        const char *key = yaml_key(weights, i);
        bool known = false;
        double w;

        if (key == NULL)
            return;
        package_number(r, "problem.yaml", y, 0.001, WEIGHT_MAX, &w);
        for (size_t k = 0; k < r->p->ntests && !known; k++) {
            const char *rest = package_under(r->p->tests[k].name, key);

            known = rest != NULL && (*rest == '\0' || *rest == '/');
        }
        if (!known)
            package_fault(r, "problem.yaml", yaml_line(y),
                          "`%s` is neither a test nor a group", key);
    }
}

/* What the test's output is compared by, or what its checker is told. */
static void
use_args(struct package_reader *r, const struct settings *s,
         struct package_test *t)
{
    static const struct package_words none;
    const struct package_words *own = s->args != NULL ? s->args : &none;
    size_t count = r->flags.count + own->count;

    if (!r->custom) {
        if (own->count > 0 && r->faults == 0)
            package_flags(r, s->file, s->line, own, &t->compare);
        return;
    }
    if (count > PACKAGE_ARGS_MAX) {
        package_fault(r, t->name, 0, "more than %d arguments of the checker",
                      PACKAGE_ARGS_MAX);
        return;
    }
    t->args = xcalloc(count + 1, sizeof *t->args);
    for (size_t i = 0; i < count; i++) {
        const char *word = i < r->flags.count ? r->flags.word[i]
                                              : own->word[i - r->flags.count];

        if (strlen(word) > PACKAGE_ARG_MAX)
            package_fault(r, t->name, 0,
                          "an argument of the checker has more than %d bytes",
                          PACKAGE_ARG_MAX);
        t->args[i] = xstrdup(word);
    }
}

/* The test whose input is `e` ("data/secret/big/01.in"). */
static void
add_test(struct data_reader *d, const struct archive_entry_data *e)
{
    struct package_reader *r = d->r;
    struct package *p = r->p;
    char *base = xstrndup(e->name, strlen(e->name) - 3);
    char *answer = xasprintf("%s.ans", base);
    char *config = xasprintf("%s.yaml", base);
    char *folder = xstrndup(e->name,
                            (size_t)(strrchr(e->name, '/') + 1 - e->name));
    const struct archive_entry_data *a = package_file(r, answer);
    const struct archive_entry_data *c = package_file(r, config);
    struct settings s = folder_settings(d, folder);
    struct package_test *t;

    if (c != NULL)
        read_config(r, c, &s);
    if (p->ntests == TESTS_MAX)
        package_fault(r, e->name, 0, "more than %d tests", TESTS_MAX);
    else if (a == NULL)
        package_fault(r, answer, 0, "is missing");
    else {
        p->tests = xrealloc(p->tests, (p->ntests + 1) * sizeof *p->tests);
        t = &p->tests[p->ntests++];
        *t = (struct package_test){
            .name = xstrdup(base + strlen("data/")),
            .input = package_text(e),
            .input_size = e->size,
            .answer = package_text(a),
            .answer_size = a->size,
            .sample = package_under(base, "data/sample/") != NULL,
            .feedback = s.full_feedback ? FEEDBACK_FULL : p->feedback,
            .compare = p->compare};
        t->weight = weight_of(r, t->name);
        use_args(r, &s, t);
        if (t->sample && (!text_is_utf8(e->data, e->size) ||
                          !text_is_utf8(a->data, a->size)))
            package_fault(r, e->name, 0, "a sample is UTF-8 text");
    }
    free(base);
    free(answer);
    free(config);
    free(folder);
}

/* A file that is no input: is it one of a test's that exists? */
static void
check_companion(struct package_reader *r, const struct archive_entry_data *e)
{
    static const char *const endings[] = {
        ".in.statement", ".ans.statement", ".in.download", ".ans.download",
        ".ans",          ".yaml",          ".out",         ".interaction",
        ".png",          ".jpg",           ".jpeg",        ".svg",
        ".hint",         ".desc"};
    const char *base = strrchr(e->name, '/') + 1;

    if (strcmp(base, "test_group.yaml") == 0 ||
        strcmp(base, "testdata.yaml") == 0)
        return;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(e->name) - strlen(endings[i]);
        char *in;
        bool there;

        if (!text_ends_with(e->name, endings[i]))
            continue;
        in = xasprintf("%.*s.in", (int)n, e->name);
        there = package_file(r, in) != NULL;
        if (!there)
            package_fault(r, in, 0, "is missing, though %s is there", base);
        free(in);
        return;
    }
    package_fault(r, e->name, 0, "is no file of a test (NAME.in, NAME.ans)");
}

static void
read_entry(struct data_reader *d, const struct archive_entry_data *e)
{
    static const char *const known[] = {"invalid_input/", "invalid_output/",
                                        "valid_output/"};
    const char *name = package_under(e->name, "data/");

    if (name == NULL)
        return;
    for (size_t i = 0; i < 3; i++)
        if (package_under(name, known[i]) != NULL)
            return; /* for input validators, which nobody runs here */
    if (strcmp(name, "test_group.yaml") == 0 ||
        strcmp(name, "testdata.yaml") == 0)
        return;
    if (package_under(name, "sample/") == NULL &&
        package_under(name, "secret/") == NULL)
        package_fault(d->r, e->name, 0, "expected data/sample or data/secret");
    else if (strstr(name, ".files/") != NULL)
        package_fault(d->r, e->name, 0, "files of tests are not supported");
    else if (text_ends_with(name, ".in"))
        add_test(d, e);
    else
        check_companion(d->r, e);
}

static int
by_name(const void *a, const void *b)
{
    const struct package_test *x = a, *y = b;

    return strcmp(x->name, y->name);
}

void
package_read_data(struct package_reader *r)
{
    struct data_reader d = {.r = r};

    for (size_t i = 0; i < r->files.count; i++)
        read_entry(&d, &r->files.entry[i]);
    /* "sample/…" comes before "secret/…" */
    if (r->p->ntests > 0)
        qsort(r->p->tests, r->p->ntests, sizeof *r->p->tests, by_name);
    check_weights(r);
    for (size_t i = 0; i < d.ngroups; i++)
        free(d.group[i].folder);
    for (struct list *l = d.lists, *next; l != NULL; l = next) {
        next = l->next;
        package_words_free(&l->words);
        free(l);
    }
}
