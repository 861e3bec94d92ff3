#include "lib/db.h"

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STATEMENTS_MAX = 128,
    RETRY_MS = 250
};

struct db {
    PGconn *conn; /* NULL: not connected */
    char role[64];
    enum err (*check)(struct db *db);
    bool patient;
    int64_t timeout_ms; /* of a statement */
    bool in_transaction;
    int64_t retry_at; /* monotonic ms: no attempt to connect before */
    const struct db_stmt *prepared[STATEMENTS_MAX]; /* on this connection */
    size_t nprepared;
    char error[256];
};

/* -- arguments -- */

static int
next_arg(struct db_args *a, const char *value, int length, int format)
{
    if (a->count >= DB_ARGS_MAX)
        fatal("too many arguments", "max=%d", DB_ARGS_MAX);
    a->value[a->count] = value;
    a->length[a->count] = length;
    a->format[a->count] = format;
    return a->count++;
}

void
db_arg_text(struct db_args *a, const char *text)
{
    next_arg(a, text, 0, 0);
}

void
db_arg_int(struct db_args *a, int64_t n)
{
    int i = next_arg(a, NULL, 0, 0);
    snprintf(a->number[i], sizeof a->number[i], "%lld", (long long)n);
    a->value[i] = a->number[i];
}

void
db_arg_double(struct db_args *a, double d)
{
    int i = next_arg(a, NULL, 0, 0);
    snprintf(a->number[i], sizeof a->number[i], "%.17g", d);
    a->value[i] = a->number[i];
}

void
db_arg_bool(struct db_args *a, bool b)
{
    next_arg(a, b ? "t" : "f", 0, 0);
}

void
db_arg_bytes(struct db_args *a, const void *data, size_t size)
{
    next_arg(a, data, (int)size, 1);
}

void
db_arg_null(struct db_args *a)
{
    next_arg(a, NULL, 0, 0);
}

/* -- the connection -- */

struct db *
db_new(const char *role)
{
    struct db *db = xcalloc(1, sizeof *db);
    snprintf(db->role, sizeof db->role, "%s", role);
    db->timeout_ms = conf()->database_timeout_ms;
    return db;
}

void
db_set_check(struct db *db, enum err (*check)(struct db *db))
{
    db->check = check;
}

void
db_set_timeout(struct db *db, int64_t ms)
{
    db->timeout_ms = ms;
}

void
db_set_patient(struct db *db)
{
    db->patient = true;
}

const char *
db_error(const struct db *db)
{
    return db->error;
}

static void
disconnect(struct db *db)
{
    PQfinish(db->conn);
    db->conn = NULL;
    db->nprepared = 0;
    db->in_transaction = false;
}

void
db_free(struct db *db)
{
    if (db == NULL)
        return;
    disconnect(db);
    free(db);
}

/* Keep the first line of what the server or libpq said. */
static void
note_error(struct db *db, const char *message)
{
    snprintf(db->error, sizeof db->error, "%.*s", (int)strcspn(message, "\n"),
             message);
}

/* Wait until the socket is ready; false at the deadline. */
static bool
wait_socket(struct db *db, short events, int64_t deadline)
{
    struct pollfd p = {.fd = PQsocket(db->conn), .events = events};
    for (;;) {
        int64_t left = db->patient ? -1 : deadline - clock_ms();
        if (!db->patient && left <= 0)
            return false;
        int n = poll(&p, 1, (int)left);
        if (n > 0)
            return true;
        /* EINTR (SIGTERM drains after this statement) and timeouts: again */
    }
}

/* Start a connection with conf()->database, the role and its secret. */
static PGconn *
start_connection(const struct db *db)
{
    char timeout[64];
    char *password = conf_secret(conf()->database_password_file);
    /* The client gives up at timeout_ms; the server a little before,
     * so that the connection survives a slow statement. */
    snprintf(timeout, sizeof timeout, "-c statement_timeout=%lld",
             db->patient ? 0LL : (long long)db->timeout_ms * 9 / 10);
    const char *keys[] = {"dbname",
                          "user",
                          "password",
                          "options",
                          "fallback_application_name",
                          "client_encoding",
                          NULL};
    const char *values[] = {conf()->database,
                            db->role[0] ? db->role : NULL,
                            password,
                            timeout,
                            "assay",
                            "UTF8",
                            NULL};
    PGconn *conn = PQconnectStartParams(keys, values, 1);
    free(password);
    return conn;
}

static void
quiet_notices(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

static enum err
connect_now(struct db *db)
{
    int64_t deadline = clock_ms() + conf()->database_timeout_ms;
    PostgresPollingStatusType s = PGRES_POLLING_WRITING;

    db->conn = start_connection(db);
    while (db->conn != NULL && PQstatus(db->conn) != CONNECTION_BAD &&
           s != PGRES_POLLING_OK && s != PGRES_POLLING_FAILED) {
        short events = s == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!wait_socket(db, events, deadline))
            break;
        s = PQconnectPoll(db->conn);
    }
    if (db->conn != NULL && s == PGRES_POLLING_OK) {
        PQsetNoticeProcessor(db->conn, quiet_notices, NULL);
        PQsetnonblocking(db->conn, 1); /* a stopped server must not hold us */
        return ERR_OK;
    }
    note_error(db, db->conn && PQerrorMessage(db->conn)[0]
                       ? PQerrorMessage(db->conn)
                       : "timeout");
    log_warn("cannot connect to PostgreSQL", "error=\"%s\"", db->error);
    disconnect(db);
    return ERR_UNAVAILABLE;
}

/* A live connection, or ERR_UNAVAILABLE at once while the last attempt is
 * fresh.  A connection that the server closed while it was idle (restart,
 * pg_terminate_backend) is noticed here, before a statement is sent, so that
 * its loss leaves no outcome unknown.  Between statements a server has nothing
 * else to say (we never LISTEN), and its farewell may come well before the end
 * of the stream: so whatever it says, we connect anew. */
static enum err
ensure_connected(struct db *db)
{
    if (db->conn != NULL && !db->in_transaction) {
        struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};
        if (poll(&p, 1, 0) != 0)
            disconnect(db);
    }
    if (db->conn != NULL)
        return ERR_OK;
    if (clock_ms() < db->retry_at)
        return ERR_UNAVAILABLE;
    enum err e = connect_now(db);
    if (e == ERR_OK && db->check != NULL) {
        e = db->check(db);
        if (e != ERR_OK)
            disconnect(db);
    }
    if (e != ERR_OK)
        db->retry_at = clock_ms() + RETRY_MS;
    return e;
}

/* -- statements -- */

/* What an SQLSTATE means for the caller.
 * https://www.postgresql.org/docs/15/errcodes-appendix.html */
static enum err
err_of_sqlstate(const char *state)
{
    static const char *const again[] = {
        "08", "40", "53", "57", /* connection, rollback, resources, operator */
        "25006"                 /* read-only: a standby */
    };
    if (state == NULL)
        return ERR_UNAVAILABLE;
    if (strcmp(state, "23505") == 0)
        return ERR_CONFLICT;
    for (size_t i = 0; i < sizeof again / sizeof again[0]; i++)
        if (strncmp(state, again[i], strlen(again[i])) == 0)
            return ERR_UNAVAILABLE;
    return ERR_INTERNAL;
}

/* The connection broke, or no answer came in time: the outcome is unknown. */
static enum err
lost(struct db *db, const char *name)
{
    note_error(db, PQerrorMessage(db->conn)[0] ? PQerrorMessage(db->conn)
                                               : "no answer in time");
    log_warn("lost PostgreSQL", "statement=%s error=\"%s\"", name, db->error);
    disconnect(db);
    return ERR_UNAVAILABLE;
}

/* Flush what was sent and wait for the last result before the deadline.
 * ERR_UNAVAILABLE closes the connection: its outcome is unknown. */
static enum err
collect(struct db *db, const char *name, struct db_result **out)
{
    int64_t deadline = clock_ms() + db->timeout_ms;
    PGresult *last = NULL, *r = NULL;
    enum err e = ERR_OK;

    for (;;) {
        int unsent = PQflush(db->conn);
        if (unsent == 0 && !PQisBusy(db->conn)) {
            r = PQgetResult(db->conn);
            if (r == NULL)
                break;
            PQclear(last);
            last = r;
            continue;
        }
        short events = (short)(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
        if (unsent < 0 || !wait_socket(db, events, deadline) ||
            !PQconsumeInput(db->conn)) {
            PQclear(last);
            return lost(db, name);
        }
    }
    ExecStatusType status = PQresultStatus(last);
    if (last == NULL ||
        (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)) {
        const char *state = last ? PQresultErrorField(last, PG_DIAG_SQLSTATE)
                                 : NULL;
        e = err_of_sqlstate(state);
        note_error(db, last ? PQresultErrorMessage(last)
                            : PQerrorMessage(db->conn));
        if (e != ERR_CONFLICT)
            log_warn("statement failed",
                     "statement=%s sqlstate=%s error=\"%s\"", name,
                     state ? state : "-", db->error);
        /* "cached plan must not change result type", "no such prepared
         * statement": a fresh connection knows better */
        bool forget = state != NULL && (strcmp(state, "0A000") == 0 ||
                                        strcmp(state, "26000") == 0);
        if (forget)
            e = ERR_UNAVAILABLE;
        if (forget || PQstatus(db->conn) == CONNECTION_BAD)
            disconnect(db);
    }
    if (e == ERR_OK && out != NULL)
        *out = (struct db_result *)last;
    else
        PQclear(last);
    return e;
}

static enum err
prepare(struct db *db, const struct db_stmt *stmt)
{
    for (size_t i = 0; i < db->nprepared; i++)
        if (db->prepared[i] == stmt)
            return ERR_OK;
    if (db->nprepared == STATEMENTS_MAX)
        fatal("too many statements", "max=%d", STATEMENTS_MAX);
    if (!PQsendPrepare(db->conn, stmt->name, stmt->sql, stmt->nparams, NULL))
        return lost(db, stmt->name);
    enum err e = collect(db, stmt->name, NULL);
    if (e == ERR_OK)
        db->prepared[db->nprepared++] = stmt;
    return e;
}

enum err
db_exec(struct db *db, const struct db_stmt *stmt, const struct db_args *args,
        struct db_result **out)
{
    static const struct db_args none;

    if (out != NULL)
        *out = NULL;
    if (args == NULL)
        args = &none;
    if (args->count != stmt->nparams) {
        log_warn("wrong number of arguments", "statement=%s got=%d want=%d",
                 stmt->name, args->count, stmt->nparams);
        return ERR_INTERNAL;
    }
    enum err e = ensure_connected(db);
    if (e == ERR_OK)
        e = prepare(db, stmt);
    if (e != ERR_OK)
        return e;
    if (!PQsendQueryPrepared(db->conn, stmt->name, args->count, args->value,
                             args->length, args->format, 0))
        return lost(db, stmt->name);
    return collect(db, stmt->name, out);
}

enum err
db_script(struct db *db, const char *sql)
{
    enum err e = ensure_connected(db);
    if (e != ERR_OK)
        return e;
    if (!PQsendQuery(db->conn, sql))
        return lost(db, "script");
    return collect(db, "script", NULL);
}

enum err
db_begin(struct db *db)
{
    enum err e = db_script(db, "BEGIN");
    db->in_transaction = e == ERR_OK;
    return e;
}

enum err
db_commit(struct db *db)
{
    if (!db->in_transaction) /* the connection was lost meanwhile */
        return ERR_UNAVAILABLE;
    /* COMMIT of a failed transaction is a ROLLBACK that reports success */
    bool failed = PQtransactionStatus(db->conn) == PQTRANS_INERROR;
    enum err e = db_script(db, "COMMIT");
    db->in_transaction = false;
    return failed ? ERR_INTERNAL : e;
}

void
db_rollback(struct db *db)
{
    if (db->in_transaction)
        db_script(db, "ROLLBACK");
    db->in_transaction = false;
}

/* -- results -- */

static const PGresult *
pg(const struct db_result *r)
{
    return (const PGresult *)r;
}

int
db_rows(const struct db_result *r)
{
    return PQntuples(pg(r));
}

bool
db_null(const struct db_result *r, int row, int col)
{
    return PQgetisnull(pg(r), row, col);
}

const char *
db_text(const struct db_result *r, int row, int col)
{
    return PQgetvalue(pg(r), row, col);
}

void
db_copy(char *to, size_t size, const struct db_result *r, int row, int col)
{
    snprintf(to, size, "%s", db_text(r, row, col));
}

int64_t
db_int(const struct db_result *r, int row, int col)
{
    return strtoll(PQgetvalue(pg(r), row, col), NULL, 10);
}

double
db_double(const struct db_result *r, int row, int col)
{
    return strtod(PQgetvalue(pg(r), row, col), NULL);
}

bool
db_bool(const struct db_result *r, int row, int col)
{
    return PQgetvalue(pg(r), row, col)[0] == 't';
}

void *
db_bytes(const struct db_result *r, int row, int col, size_t *size)
{
    const unsigned char *text = (const unsigned char *)PQgetvalue(pg(r), row,
                                                                  col);
    unsigned char *raw = PQunescapeBytea(text, size);
    if (raw == NULL)
        fatal("out of memory", "for=bytea");
    char *copy = xmalloc(*size + 1);
    memcpy(copy, raw, *size);
    copy[*size] = '\0';
    PQfreemem(raw);
    return copy;
}

void
db_result_free(struct db_result *r)
{
    PQclear((PGresult *)r);
}
