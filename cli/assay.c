/* assay: what a sysadmin or a teacher does on the host itself.
 *
 *   assay migrate                     bring the schema up to date
 *   assay course load DIR             publish a course's folder of packages
 *   assay course withdraw COURSE/SLUG take one assignment off the list
 *   assay parked                      gradings that killed their grader
 *   assay parked show ID              the program of one
 *   assay parked retry ID|all         queue it again
 *   assay parked drop ID|all          let system_error be the last word
 *
 * Exit status: 0 done, 1 refused (said why), 2 PostgreSQL is not there,
 * 64 usage, 78 configuration.
 */
#include "core/course.h"
#include "core/package.h"
#include "core/parked.h"
#include "core/publication.h"
#include "core/schema.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "lib/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    YAML_MAX = 1 << 20
};

static int
exit_status(enum err e)
{
    if (e == ERR_OK)
        return 0;
    return e == ERR_UNAVAILABLE || e == ERR_INTERNAL ? 2 : 1;
}

static struct db *
connect_admin(bool check)
{
    struct db *db = db_new(conf()->database_admin);
    db_set_patient(db);
    if (check)
        db_set_check(db, schema_ready);
    return db;
}

static int
cmd_migrate(char **args)
{
    (void)args;
    struct db *db = connect_admin(false);
    char *dir = xasprintf("%s/sql", conf()->share_dir);
    enum err e = schema_migrate(db, dir, stdout);

    if (e == ERR_OK)
        printf("schema %d\n", SCHEMA_VERSION);
    free(dir);
    db_free(db);
    return exit_status(e);
}

/* Publish one package of the course; every fault is printed. */
static enum err
load_package(struct db *db, const char *dir, const struct course *c,
             int64_t course, size_t index)
{
    const struct course_entry *entry = &c->entries[index];
    char *path = xasprintf("%s/%s", dir, entry->package);
    struct buf archive = {0}, why = {0};
    struct package *p = NULL;
    struct published done = {0};

    enum err e = package_pack(path, &archive, &why);
    if (e == ERR_OK)
        e = package_read(entry->package, archive.data, archive.size, &p, &why);
    if (e != ERR_OK) {
        printf("%s: refused\n%s", path, why.data ? why.data : "");
        goto out;
    }
    struct publication request = {
        .course = course,
        .package = p,
        .archive = archive.data,
        .archive_size = archive.size,
        .position = (int)index + 1,
        .points = entry->points >= 0 ? entry->points : p->points,
        .opens = entry->opens,
        .due = entry->due,
    };
    e = publication_make(db, &request, &done);
    if (e != ERR_OK)
        printf("%s: %s\n", path, db_error(db));
    else
        printf("%s/%s version %d%s\n", c->slug, entry->package, done.number,
               done.unchanged ? " (unchanged)" : "");
out:
    package_free(p);
    buf_free(&archive);
    buf_free(&why);
    free(path);
    return e;
}

/* All packages or none, in one transaction. */
static enum err
load_course(struct db *db, const char *dir, const struct course *c)
{
    int64_t id = 0;
    enum err e = db_begin(db), worst = ERR_OK;

    if (e == ERR_OK)
        e = course_save(db, c, &id);
    if (e != ERR_OK)
        printf("%s: %s\n", dir, db_error(db));
    /* go on after a refusal, so that every fault is said at once */
    for (size_t i = 0; e == ERR_OK && i < c->nentries; i++) {
        enum err one = load_package(db, dir, c, id, i);
        if (one == ERR_UNAVAILABLE)
            e = one;
        else if (one != ERR_OK)
            worst = one;
    }
    e = e == ERR_OK ? worst : e;
    if (e == ERR_OK)
        e = db_commit(db);
    db_rollback(db);
    return e;
}

static int
cmd_course_load(char **args)
{
    char *path = xasprintf("%s/course.yaml", args[0]);
    struct db *db = connect_admin(true);
    struct buf text = {0}, why = {0};
    struct course c = {0};
    enum err e = ERR_INVALID;

    if (buf_read_file(&text, path, YAML_MAX) != 0)
        log_errno("cannot read", "file=%s", path);
    else
        e = course_read(text.data, text.size, &c, &why);
    if (e == ERR_OK)
        e = load_course(db, args[0], &c);
    else if (why.size > 0)
        fputs(why.data, stdout);
    course_free(&c);
    buf_free(&text);
    buf_free(&why);
    db_free(db);
    free(path);
    return exit_status(e);
}

static int
cmd_course_withdraw(char **args)
{
    char *slash = strchr(args[0], '/');
    if (slash == NULL) {
        fprintf(stderr, "%s: expected COURSE/SLUG\n", args[0]);
        return 64;
    }
    *slash = '\0';
    struct db *db = connect_admin(true);
    enum err e = publication_withdraw(db, args[0], slash + 1);
    if (e == ERR_NOT_FOUND)
        printf("%s/%s: no such assignment\n", args[0], slash + 1);
    db_free(db);
    return exit_status(e);
}

/* A line each, for people and for awk. */
static int
cmd_parked(char **args)
{
    (void)args;
    struct db *db = connect_admin(true);
    struct parked *list = NULL;
    size_t n = 0;
    enum err e = parked_list(db, &list, &n);

    for (size_t i = 0; i < n; i++) {
        const struct parked *p = &list[i];
        printf("%lld %s %s/%s version=%d language=%s crashes=%d waiting=%lld "
               "why=%s\n",
               (long long)p->id, p->at, p->course, p->assignment, p->version,
               p->language, p->crashes, (long long)p->waiting,
               *p->trouble != '\0' ? p->trouble : "-");
    }
    free(list);
    db_free(db);
    return exit_status(e);
}

static bool
read_id(const char *text, bool or_all, int64_t *id)
{
    if (or_all && strcmp(text, "all") == 0) {
        *id = PARKED_ALL;
        return true;
    }
    if (text_to_int(text, 1, INT64_MAX, id))
        return true;
    fprintf(stderr, "%s: expected the number of a grading%s\n", text,
            or_all ? ", or all" : "");
    return false;
}

static int
refuse_parked(const char *id, enum err e)
{
    if (e == ERR_NOT_FOUND)
        fprintf(stderr, "%s: no such parked grading\n", id);
    return exit_status(e);
}

/* Byte for byte into a file or a pipe.  A terminal obeys what it is shown, and
 * this was written by somebody who just killed three graders. */
static int
cmd_parked_show(char **args)
{
    int64_t id = 0;
    char *code = NULL;
    if (!read_id(args[0], false, &id))
        return 64;
    struct db *db = connect_admin(true);
    enum err e = parked_code(db, id, &code);
    if (e == ERR_OK && isatty(STDOUT_FILENO)) {
        size_t size = strlen(code);
        char *clean = text_clean(code, size, 3 * size + 1);
        free(code);
        code = clean;
    }
    if (e == ERR_OK)
        fputs(code, stdout);
    free(code);
    db_free(db);
    return refuse_parked(args[0], e);
}

static int
change_parked(const char *which, const char *done,
              enum err (*change)(struct db *, int64_t, int64_t **, size_t *))
{
    int64_t id = 0, *ids = NULL;
    size_t n = 0;
    if (!read_id(which, true, &id))
        return 64;
    struct db *db = connect_admin(true);
    enum err e = change(db, id, &ids, &n);
    for (size_t i = 0; i < n; i++)
        printf("%lld %s\n", (long long)ids[i], done);
    free(ids);
    db_free(db);
    return refuse_parked(which, e);
}

static int
cmd_parked_retry(char **args)
{
    return change_parked(args[0], "queued again", parked_retry);
}

static int
cmd_parked_drop(char **args)
{
    return change_parked(args[0], "dropped", parked_drop);
}

static const struct command {
    const char *words[2]; /* the second may be NULL */
    int nargs;
    int (*run)(char **args);
    const char *help;
} commands[] = {
    {{"migrate", NULL}, 0, cmd_migrate, "bring the schema up to date"},
    {{"course", "load"}, 1, cmd_course_load, "DIR: publish its packages"},
    {{"course", "withdraw"},
     1,
     cmd_course_withdraw,
     "COURSE/SLUG: take it off the list"},
    {{"parked", NULL}, 0, cmd_parked, "gradings that killed their grader"},
    {{"parked", "show"}, 1, cmd_parked_show, "ID: the program of one"},
    {{"parked", "retry"}, 1, cmd_parked_retry, "ID|all: queue it again"},
    {{"parked", "drop"}, 1, cmd_parked_drop, "ID|all: it stays system_error"},
};

static int
usage(FILE *f)
{
    fprintf(f, "usage: assay [-c FILE] COMMAND\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(f, "  %s %-10s %s\n", commands[i].words[0],
                commands[i].words[1] ? commands[i].words[1] : "",
                commands[i].help);
    return f == stdout ? 0 : 64;
}

int
main(int argc, char **argv)
{
    const char *file = NULL;

    log_open("assay");
    secret_init();
    argv++, argc--;
    if (argc >= 2 && strcmp(argv[0], "-c") == 0) {
        file = argv[1];
        argv += 2, argc -= 2;
    }
    if (argc >= 1 && strcmp(argv[0], "help") == 0)
        return usage(stdout);
    if (conf_load(file) != 0)
        return 78;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *c = &commands[i];
        int words = c->words[1] ? 2 : 1;
        if (argc != words + c->nargs || strcmp(argv[0], c->words[0]) != 0 ||
            (words == 2 && strcmp(argv[1], c->words[1]) != 0))
            continue;
        return c->run(argv + words);
    }
    return usage(stderr);
}
