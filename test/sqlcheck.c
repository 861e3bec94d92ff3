/* Does every statement of core/ fit the schema?  (TAP)
 *
 *   sqlcheck "host=… dbname=…"
 *
 * Each is prepared on a freshly migrated database, its parameters are counted,
 * and it is explained as the role that will run it: that refuses what the role
 * may not do, and shows whether a table is read from end to end although
 * sequential scans are forbidden, that is: for want of an index.
 *
 * The tables are all that core/ exports (build/…/statements.h is made from the
 * sources), so a new one cannot be forgotten.
 */
#include "lib/db.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE(name) extern const struct db_stmts name;
#include "statements.h"
#undef TABLE

#define TABLE(name) &(name),
static const struct db_stmts *const tables[] = {
#include "statements.h"
};
#undef TABLE

enum {
    NTABLES = sizeof tables / sizeof tables[0]
};

/* Who runs the statements of a file; the handlers where it is not here. */
static const struct {
    const char *file, *role;
} roles[] = {
    {"core/schema.c", "postgres"},           {"core/course.c", "postgres"},
    {"core/publication.c", "postgres"},      {"core/grading.c", "assay_grader"},
    {"core/runtime.c", "assay_grader"},      {"core/queue.c", "assay_grader"},
    {"core/housekeeping.c", "assay_grader"}, {"core/parked.c", "postgres"},
};

/* Always few rows: a scan is right. */
static const char *const small[] = {"courses", "graders", "runtimes",
                                    "schema_migrations"};

static int tests, failures;

static void
result(bool ok, const char *name, const char *what, const char *why)
{
    tests++;
    failures += !ok;
    printf("%s %d - %s: %s\n", ok ? "ok" : "not ok", tests, name, what);
    if (!ok) {
        printf("#   ");
        for (; *why != '\0'; why++) {
            putchar(*why);
            if (*why == '\n')
                printf("#   ");
        }
        putchar('\n');
    }
}

static const char *
role_of(const char *file)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(roles[i].file, file) == 0)
            return roles[i].role;
    return "assay_web";
}

static bool
is_small(const char *table)
{
    for (size_t i = 0; i < sizeof small / sizeof small[0]; i++) {
        size_t n = strlen(small[i]);
        if (strncmp(table, small[i], n) == 0 && strchr(" \n", table[n]))
            return true;
    }
    return false;
}

/* The first table that a plan reads from end to end, or NULL. */
static const char *
scanned(const char *plan)
{
    static const char words[] = "Seq Scan on ";
    for (const char *p = strstr(plan, words); p; p = strstr(p, words)) {
        p += sizeof words - 1;
        if (!is_small(p))
            return p;
    }
    return NULL;
}

/* The plan's text, or the refusal's; the caller frees. */
static char *
explain(PGconn *c, const struct db_stmt *s, bool *ok)
{
    char command[512];
    size_t size = 1;
    int n = snprintf(command, sizeof command, "EXPLAIN EXECUTE \"%s\"",
                     s->name);
    for (int i = 0; i < s->nparams; i++)
        n += snprintf(command + n, sizeof command - (size_t)n, "%sNULL",
                      i == 0 ? "(" : ", ");
    if (s->nparams > 0)
        snprintf(command + n, sizeof command - (size_t)n, ")");
    PGresult *r = PQexec(c, command);
    *ok = PQresultStatus(r) == PGRES_TUPLES_OK;
    for (int i = 0; i < PQntuples(r); i++)
        size += strlen(PQgetvalue(r, i, 0)) + 1;
    char *text = calloc(1, size);
    for (int i = 0; text != NULL && i < PQntuples(r); i++) {
        strcat(text, PQgetvalue(r, i, 0));
        strcat(text, "\n");
    }
    PQclear(r);
    return *ok || text == NULL ? text : (free(text), strdup(PQerrorMessage(c)));
}

static void
check(PGconn *c, const char *role, const struct db_stmt *s)
{
    char why[128];
    bool ok = false;
    PGresult *r = PQprepare(c, s->name, s->sql, 0, NULL);

    ok = PQresultStatus(r) == PGRES_COMMAND_OK;
    result(ok, s->name, "is prepared", PQresultErrorMessage(r));
    PQclear(r);
    if (!ok)
        return;
    r = PQdescribePrepared(c, s->name);
    snprintf(why, sizeof why, "has %d, the table says %d", PQnparams(r),
             s->nparams);
    result(PQnparams(r) == s->nparams, s->name, "has its parameters", why);
    PQclear(r);

    char *plan = explain(c, s, &ok);
    snprintf(why, sizeof why, "%s may run it", role);
    result(ok, s->name, why, plan);
    if (ok)
        result(scanned(plan) == NULL, s->name, "is on an index", plan);
    free(plan);
}

static PGconn *
connect_as(const char *where, const char *role)
{
    char conninfo[1024];
    snprintf(conninfo, sizeof conninfo, "%s user=%s", where, role);
    PGconn *c = PQconnectdb(conninfo);
    if (PQstatus(c) != CONNECTION_OK) {
        fprintf(stderr, "%s", PQerrorMessage(c));
        exit(2);
    }
    PQclear(PQexec(c, "SET plan_cache_mode = force_generic_plan"));
    PQclear(PQexec(c, "SET enable_seqscan = off"));
    return c;
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: sqlcheck CONNINFO\n");
        return 64;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t t = 0; t < NTABLES; t++) {
        const char *role = role_of(tables[t]->file);
        PGconn *c = connect_as(argv[1], role);
        for (size_t i = 0; i < tables[t]->count; i++)
            check(c, role, &tables[t]->stmt[i]);
        PQfinish(c);
    }
    printf("1..%d\n", tests);
    return failures > 0;
}
