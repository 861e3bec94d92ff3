#include "core/schema.h"

#include "lib/log.h"
#include "lib/mem.h"
#include "lib/secret.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_MAX = 1 << 20
};

enum {
    NEWEST,
    LOCK,
    UNLOCK,
    APPLIED,
    RECORD
};

static const struct db_stmt stmt[] = {
    [NEWEST] = {"schema_newest", "SELECT max(number) FROM schema_migrations",
                0},
    /* one runner at a time, whatever host it runs on */
    [LOCK] = {"schema_lock", "SELECT pg_advisory_lock(4158727)", 0},
    [UNLOCK] = {"schema_unlock", "SELECT pg_advisory_unlock(4158727)", 0},
    [APPLIED] = {"schema_applied",
                 "SELECT checksum = $2 FROM schema_migrations "
                 "WHERE number = $1",
                 2},
    [RECORD] = {"schema_record",
                "INSERT INTO schema_migrations (number, name, checksum) "
                "VALUES ($1, $2, $3)",
                3},
};

const struct db_stmts schema_statements = {__FILE__, stmt,
                                           sizeof stmt / sizeof stmt[0]};

static const char CREATE[] = "CREATE TABLE IF NOT EXISTS schema_migrations ("
                             " number integer PRIMARY KEY, name text NOT NULL,"
                             " checksum bytea NOT NULL,"
                             " applied_at timestamptz NOT NULL DEFAULT now())";

enum err
schema_ready(struct db *db)
{
    struct db_result *r = NULL;
    enum err e = db_exec(db, &stmt[NEWEST], NULL, &r);

    if (e == ERR_OK && db_int(r, 0, 0) != SCHEMA_VERSION) {
        log_warn("unknown schema", "have=%lld want=%d hint=\"assay migrate\"",
                 (long long)db_int(r, 0, 0), SCHEMA_VERSION);
        e = ERR_UNAVAILABLE;
    } else if (e == ERR_INTERNAL) { /* no such table: never migrated */
        log_warn("no schema", "want=%d hint=\"assay migrate\"", SCHEMA_VERSION);
        e = ERR_UNAVAILABLE;
    }
    db_result_free(r);
    return e;
}

/* NNN_name.sql; 0 when it is not one. */
static int
migration_number(const char *name)
{
    size_t n = strspn(name, "0123456789");
    size_t size = strlen(name);
    bool is = n == 3 && name[3] == '_' && size > 8 &&
              strcmp(name + size - 4, ".sql") == 0;
    return is ? atoi(name) : 0;
}

static int
is_migration(const struct dirent *d)
{
    return migration_number(d->d_name) > 0;
}

/* Apply one file unless it was applied. */
static enum err
apply(struct db *db, const char *dir, const char *name, FILE *out)
{
    unsigned char hash[SECRET_HASH_SIZE];
    struct buf sql = {0};
    struct db_args key = {0}, row = {0};
    struct db_result *r = NULL;
    char *path = xasprintf("%s/%s", dir, name);
    enum err e = ERR_INVALID;

    if (buf_read_file(&sql, path, FILE_MAX) != 0) {
        log_errno("cannot read migration", "file=%s", path);
        goto out;
    }
    secret_hash(sql.data, sql.size, hash);
    db_arg_int(&key, migration_number(name));
    db_arg_bytes(&key, hash, sizeof hash);
    e = db_exec(db, &stmt[APPLIED], &key, &r);
    if (e != ERR_OK)
        goto out;
    if (db_rows(r) == 1) {
        if (!db_bool(r, 0, 0)) {
            fprintf(out,
                    "%s: changed since it was applied; add a new "
                    "migration instead\n",
                    name);
            e = ERR_INVALID;
        }
        goto out;
    }
    db_arg_int(&row, migration_number(name));
    db_arg_text(&row, name);
    db_arg_bytes(&row, hash, sizeof hash);
    e = db_begin(db);
    if (e == ERR_OK)
        e = db_script(db, sql.data);
    if (e == ERR_OK)
        e = db_exec(db, &stmt[RECORD], &row, NULL);
    if (e == ERR_OK)
        e = db_commit(db);
    if (e == ERR_OK)
        fprintf(out, "applied %s\n", name);
    else
        fprintf(out, "%s: %s\n", name, db_error(db));
out:
    db_rollback(db);
    db_result_free(r);
    buf_free(&sql);
    free(path);
    return e;
}

static enum err
apply_roles(struct db *db, const char *dir)
{
    struct buf sql = {0};
    char *path = xasprintf("%s/roles.sql", dir);
    enum err e = ERR_INVALID;

    if (buf_read_file(&sql, path, FILE_MAX) == 0)
        e = db_script(db, sql.data);
    else
        log_errno("cannot read roles", "file=%s", path);
    buf_free(&sql);
    free(path);
    return e;
}

enum err
schema_migrate(struct db *db, const char *dir, FILE *out)
{
    struct dirent **files = NULL;
    struct db_result *r = NULL;
    int n = scandir(dir, &files, is_migration, alphasort);
    enum err e = db_exec(db, &stmt[LOCK], NULL, NULL);

    if (e != ERR_OK)
        goto out;
    if (n <= 0 || migration_number(files[n - 1]->d_name) != n ||
        n != SCHEMA_VERSION) {
        fprintf(out, "%s: expected migrations 001 to %03d\n", dir,
                SCHEMA_VERSION);
        e = ERR_INVALID;
        goto out;
    }
    e = apply_roles(db, dir);
    if (e == ERR_OK)
        e = db_script(db, CREATE);
    if (e == ERR_OK)
        e = db_exec(db, &stmt[NEWEST], NULL, &r);
    if (e == ERR_OK && db_int(r, 0, 0) > SCHEMA_VERSION) {
        fprintf(out, "the database is newer (%lld) than this program (%d)\n",
                (long long)db_int(r, 0, 0), SCHEMA_VERSION);
        e = ERR_INVALID;
    }
    for (int i = 0; e == ERR_OK && i < n; i++)
        e = apply(db, dir, files[i]->d_name, out);
    db_exec(db, &stmt[UNLOCK], NULL, NULL);
out:
    db_result_free(r);
    for (int i = 0; i < n; i++)
        free(files[i]);
    free(files);
    return e;
}
