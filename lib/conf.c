#include "lib/conf.h"

#include "lib/mem.h"
#include "lib/log.h"
#include "lib/text.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum type {
    TEXT,
    INT
};

struct option {
    const char *name;
    enum type type;
    size_t offset;
    const char *dflt;
    int64_t min, max; /* of an INT */
    const char *doc;
};

#define T(field, dflt, doc)                                                    \
    {                                                                          \
#field, TEXT, offsetof(struct conf, field), dflt, 0, 0, doc            \
    }
#define I(field, dflt, min, max, doc)                                          \
    {                                                                          \
#field, INT, offsetof(struct conf, field), dflt, min, max, doc         \
    }

static const struct option options[] = {
    T(database, "dbname=assay", "libpq conninfo, without user and password"),
    T(database_web, "assay_web", "role of the handlers"),
    T(database_grader, "assay_grader", "role of graderd"),
    T(database_admin, "", "role of `assay`; empty: the user who runs it"),
    T(database_password_file, "", "file with the role's password; empty: none"),
    T(redis, "unix:/run/redis/redis.sock", "unix:PATH or tcp:HOST:PORT"),
    T(redis_password_file, "", "file with Redis' password; empty: none"),
    T(run_dir, "/run/assay", "sockets and counters"),
    T(state_dir, "/var/lib/assay", "caches of graderd: may be lost"),
    T(share_dir, "/usr/share/assay", "sql/, languages/"),
    T(box_socket, "", "where box listens; empty: run_dir/box.sock"),
    T(public_origin, "",
      "scheme://host[:port] that browsers see; empty: the Host header"),
    T(default_course, "demo", "slug of the course meant when none is named"),
    T(languages, "", "languages to offer, blank-separated; empty: all"),
    I(code_max_bytes, "65536", 1, 16777216, "bytes of a submitted program"),
    I(body_max_bytes, "262144", 1024, 67108864, "bytes of a request's body"),
    I(wait_max_seconds, "60", 1, 300, "longest ?wait="),
    I(list_max_rows, "100", 1, 1000, "longest ?limit= of a list"),
    I(session_days, "30", 1, 366, "a session ends after so many idle days"),
    I(output_max_bytes, "16384", 256, 1048576,
      "bytes kept of each input, output and message in a report"),
    I(database_timeout_ms, "1500", 100, 60000,
      "connecting to PostgreSQL, and one statement of a handler"),
    I(redis_timeout_ms, "200", 10, 10000, "one Redis command"),
    I(redis_retry_ms, "1000", 0, 60000, "after a failure skip Redis so long"),
    I(lease_seconds, "10", 1, 3600,
      "a silent grader's work is taken over after so long"),
    I(crash_limit, "3", 1, 100, "a grading is parked after so many crashes"),
    I(drain_seconds, "5", 0, 3600,
      "at SIGTERM a grader finishes its work within so long, or hands it back"),
    I(janitor_seconds, "1", 1, 60, "between two rounds of the janitor"),
    I(queue_grace_ms, "2000", 100, 600000,
      "the janitor rings for rows queued longer than this"),
    I(guest_queue_max, "1000", 0, 1000000,
      "programs of anonymous users that may wait at once; more are refused"),
    I(workers, "0", 0, 1000, "processes of each handler; 0: 2 x cores"),
    I(wait_workers, "32", 1, 1000, "processes of wait: clients in ?wait="),
    I(selfattack_seconds, "3600", 1, 86400,
      "a grader attacks its own box before its first work, and then so often"),
    I(selfattack_retry_seconds, "60", 1, 86400,
      "after a hole, before the next try"),
    I(compiled_max_mb, "256", 0, 1048576,
      "MB of compiled programs kept below state_dir; 0: none"),
    I(precompile, "1", 0, 1,
      "compile C++'s header ahead, about 120 MB below state_dir; 0: no"),
    T(disk_path, "",
      "a folder on PostgreSQL's disk, on this host; empty: not watched"),
    I(disk_reserve_mb, "256", 0, 1073741824,
      "MB of disk_path below which submissions are refused"),
    I(tokens, "0", 0, 1024, "gradings at once; 0: one per core"),
};

enum {
    NOPTIONS = sizeof options / sizeof options[0]
};

static struct conf values;
static char *texts[NOPTIONS]; /* what the TEXT options point to */
static bool loaded;
static const char *loaded_from;

/* Set one option from text; `where` is "FILE:LINE" or "$NAME". */
static int
set(const struct option *o, const char *text, const char *where)
{
    char *field = (char *)&values + o->offset;
    if (o->type == TEXT) {
        char **owner = &texts[o - options];
        free(*owner);
        *owner = xstrdup(text);
        memcpy(field, owner, sizeof *owner);
        return 0;
    }
    int64_t n = 0;
    if (!text_to_int(text, o->min, o->max, &n)) {
        fprintf(stderr,
                "%s: %s: expected a number from %lld to %lld, got '%s'\n",
                where, o->name, (long long)o->min, (long long)o->max, text);
        return -1;
    }
    memcpy(field, &n, sizeof n);
    return 0;
}

static const struct option *
find(const char *name)
{
    for (size_t i = 0; i < NOPTIONS; i++)
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    return NULL;
}

static void
set_defaults(void)
{
    for (size_t i = 0; i < NOPTIONS; i++)
        set(&options[i], options[i].dflt, "default");
    loaded = true;
}

static char *
trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n > 0 && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

/* `name = value` a line; # starts a comment line. */
static int
read_file(const char *path, bool may_be_absent)
{
    char where[4096];
    char *line = NULL;
    size_t size = 0;
    int rc = 0;
    FILE *f = fopen(path, "re");

    if (f == NULL) {
        if (may_be_absent && errno == ENOENT)
            return 0;
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    for (int n = 1; getline(&line, &size, f) >= 0; n++) {
        char *name = trim(line);
        if (*name == '\0' || *name == '#')
            continue;
        snprintf(where, sizeof where, "%s:%d", path, n);
        char *equals = strchr(name, '=');
        if (equals == NULL) {
            fprintf(stderr, "%s: expected `option = value`\n", where);
            rc = -1;
            continue;
        }
        *equals = '\0';
        name = trim(name);
        const struct option *o = find(name);
        if (o == NULL)
            fprintf(stderr, "%s: %s: no such option\n", where, name);
        if (o == NULL || set(o, trim(equals + 1), where) != 0)
            rc = -1;
    }
    free(line);
    fclose(f);
    return rc;
}

/* The name of an option's environment variable: ASSAY_RUN_DIR. */
static void
env_name(const struct option *o, char out[64])
{
    snprintf(out, 64, "ASSAY_%s", o->name);
    for (char *p = out; *p; p++)
        *p = (char)toupper((unsigned char)*p);
}

int
conf_load(const char *path)
{
    int rc = 0;
    const char *env = getenv("ASSAY_CONF");

    set_defaults();
    bool named = path != NULL || (env != NULL && *env != '\0');
    if (path == NULL)
        path = named ? env : "/etc/assay/assay.conf";
    loaded_from = path;
    rc |= read_file(path, !named);
    for (size_t i = 0; i < NOPTIONS; i++) {
        char name[64], where[65];
        env_name(&options[i], name);
        const char *value = getenv(name);
        snprintf(where, sizeof where, "$%s", name);
        if (value != NULL)
            rc |= set(&options[i], value, where);
    }
    if (values.body_max_bytes < values.code_max_bytes) {
        fprintf(stderr, "body_max_bytes: must not be below code_max_bytes\n");
        rc = -1;
    }
    return rc;
}

const char *
conf_path(void)
{
    return loaded_from;
}

const struct conf *
conf(void)
{
    if (!loaded)
        set_defaults();
    return &values;
}

void
conf_print(FILE *f, bool with_docs)
{
    const struct conf *c = conf();
    for (size_t i = 0; i < NOPTIONS; i++) {
        const struct option *o = &options[i];
        const char *field = (const char *)c + o->offset;
        if (with_docs)
            fprintf(f, "# %s (default: %s)\n", o->doc, o->dflt);
        if (o->type == TEXT) {
            const char *text = NULL;
            memcpy(&text, field, sizeof text);
            fprintf(f, "%s = %s\n", o->name, text);
        } else {
            int64_t n = 0;
            memcpy(&n, field, sizeof n);
            fprintf(f, "%s = %lld\n", o->name, (long long)n);
        }
    }
}

char *
conf_secret(const char *path)
{
    struct buf b = {0};
    if (path == NULL || *path == '\0')
        return NULL;
    if (buf_read_file(&b, path, 4096) != 0) {
        log_errno("cannot read secret", "file=%s", path);
        buf_free(&b);
        return NULL;
    }
    b.data[strcspn(b.data, "\r\n")] = '\0';
    return buf_take(&b, NULL);
}
