/* Judge every program of packages in a real box, and expect the verdict that
 * its folder names; and that no starter is accepted as it is.
 *
 *     courses [-mpv] DIR...  (box: $ASSAY_BOX_SOCKET, files: $ASSAY_SHARE_DIR)
 *
 * -m: what is in a language that this host or this box lacks is left out, with
 * a comment; else it is a failure.  -p: compile headers ahead first, as graderd
 * does.
 *
 * TAP on standard output, a report as comments where one came out otherwise.
 * -v: what the staff and what the student see of each, as comments.
 */
#include "core/language.h"
#include "core/package.h"
#include "core/report.h"
#include "grader/judge.h"
#include "grader/offer.h"
#include "grader/prepare.h"
#include "grader/probe.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/secret.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    struct language *languages;
    size_t nlanguages;
    struct run_box *box;
    int tests, failed;
    bool missing, verbose;
} here;

static void
say(bool ok, const char *package, const char *name, const char *detail)
{
    here.tests++;
    here.failed += !ok;
    printf("%sok %d - %s: %s: %s\n", ok ? "" : "not ", here.tests, package,
           name, detail);
    fflush(stdout);
}

/* "k of n": counts up by one, ends at n or before; from 1 again when the tests
 * of a near time-out are looked at again. */
struct progress {
    size_t done;
    bool bad;
};

static bool
watch(void *cookie, const struct judge_test *test, size_t done, size_t total)
{
    struct progress *p = cookie;

    if (test != NULL && done == 1)
        p->done = 0;
    if (test != NULL)
        p->bad = p->bad || done != ++p->done || done > total;
    return true;
}

/* What must be true of a result, whatever the verdict. */
static const char *
check_result(const struct judge_result *r, const struct progress *seen,
             bool partial)
{
    struct json *tests, *whole;
    const char *why;
    char *feedback;
    const char *fault = NULL;

    whole = json_parse(r->report, strlen(r->report), &why);
    tests = report_tests(r->report, true, &feedback, NULL);
    if (whole == NULL)
        fault = "the report is not JSON";
    else if (seen->bad)
        fault = "tests were told out of order";
    else if ((size_t)json_size(tests) != seen->done)
        fault = "told of other tests than the report has";
    else if ((r->verdict == VERDICT_ACCEPTED) != (r->score == 1))
        fault = "all points and accepted do not go together";
    else if (!partial && r->score != 0 && r->score != 1)
        fault = "part of the points where there are none";
    else if (*feedback == '\0')
        fault = "no feedback";
    json_free(whole);
    json_free(tests);
    free(feedback);
    return fault;
}

static void
show(const char *name, const struct judge_result *r)
{
    for (int staff = 1; staff >= 0; staff--) {
        char *feedback;
        struct json *tests = report_tests(r->report, staff, &feedback, NULL);
        struct json *all = json_object();
        char *text;

        json_add_text(all, "feedback", feedback);
        json_add_number(all, "score", r->score);
        json_add(all, "tests", tests);
        text = json_print(all, NULL);
        printf("# %s %s %s\n", name, staff ? "staff" : "student", text);
        fflush(stdout);
        free(text);
        free(feedback);
        json_free(all);
    }
}

/* With -m, a box that is away is no excuse. */
static bool
is_here(const struct language *l)
{
    bool works = false;

    if (l == NULL)
        return false;
    return !here.missing || offer_language(here.box, l, &works) != ERR_OK
               ? l->build[0] != '\0'
               : works;
}

/* Judge one program.  `want` -1: anything but accepted. */
static void
judge_one(const struct package *p, const char *name, const char *file,
          const struct package_blob *b, int want)
{
    const struct language *l = language_of_file(here.languages, here.nlanguages,
                                                file);
    struct judge_job job = {.package = p,
                            .language = l,
                            .code = b->data,
                            .code_size = b->size,
                            .languages = here.languages,
                            .nlanguages = here.nlanguages};
    struct judge_result r;
    struct progress seen = {0};
    const char *fault;
    enum err e;
    bool ok;

    if (!is_here(l)) {
        if (here.missing)
            printf("# left out: %s: %s: no such language here\n", p->slug,
                   name);
        else
            say(false, p->slug, name, "no such language here");
        return;
    }
    e = judge_program(here.box, &job, watch, &seen, &r);
    if (e != ERR_OK) {
        say(false, p->slug, name, err_name(e));
        return;
    }
    fault = check_result(&r, &seen, p->partial);
    ok = want == -1 ? r.verdict != VERDICT_ACCEPTED : (int)r.verdict == want;
    say(ok && fault == NULL, p->slug, name,
        fault != NULL ? fault : verdict_name(r.verdict));
    if (!ok || fault != NULL || here.verbose)
        printf("# %s\n", r.report);
    if (here.verbose)
        show(name, &r);
    judge_result_free(&r);
}

static void
judge_package(const struct package *p)
{
    for (size_t i = 0; i < p->nsubmissions; i++) {
        const struct package_blob *b = &p->submissions[i];
        char *folder = xstrndup(b->name, strcspn(b->name, "/"));

        judge_one(p, b->name, strchr(b->name, '/') + 1, b,
                  verdict_of_folder(folder));
        free(folder);
    }
    for (size_t i = 0; i < p->nstarters; i++) {
        const struct package_blob *b = &p->starters[i];
        const struct language *l = language_find(here.languages,
                                                 here.nlanguages, b->name);
        char *name = xasprintf("starter in %s", b->name);

        judge_one(p, name, l != NULL ? l->source : b->name, b, -1);
        free(name);
    }
}

static void
load_package(const char *dir)
{
    char *copy = xstrdup(dir);
    char *slug = basename(copy);
    struct buf archive = {0}, why = {0};
    struct package *p = NULL;

    if (package_pack(dir, &archive, &why) == ERR_OK &&
        package_read(slug, archive.data, archive.size, &p, &why) == ERR_OK)
        judge_package(p);
    else {
        say(false, slug, "package", "refused");
        printf("# %s", why.data);
    }
    package_free(p);
    buf_free(&archive);
    buf_free(&why);
    free(copy);
}

int
main(int argc, char **argv)
{
    char *dir;
    bool prepare = false;

    for (int opt; (opt = getopt(argc, argv, "mpv")) != -1;) {
        if (opt == 'm')
            here.missing = true;
        else if (opt == 'p')
            prepare = true;
        else if (opt == 'v')
            here.verbose = true;
        else
            return 64;
    }
    log_open("courses");
    /* whole lines, between those of the log */
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    secret_init();
    if (conf_load(NULL) == -1)
        return 78;
    dir = xasprintf("%s/languages", conf()->share_dir);
    if (language_load(dir, "", &here.languages, &here.nlanguages) != ERR_OK)
        return 78;
    free(dir);
    probe_languages(here.languages, here.nlanguages);
    if (prepare)
        prepare_languages(here.languages, here.nlanguages);
    here.box = run_box_new();
    for (int i = optind; i < argc; i++)
        load_package(argv[i]);
    printf("1..%d\n", here.tests);
    run_box_free(here.box);
    language_free(here.languages, here.nlanguages);
    return here.failed > 0 || (here.tests == 0 && !prepare);
}
