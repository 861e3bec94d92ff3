/* What can go wrong with a request or a job, apart from verdicts.
 *
 * A fault of ours is never a verdict on the student: a verdict is an
 * `enum verdict` (core/verdict.h), everything else is an `enum err`.  The
 * error is logged once, where it is first detected; callers only return it.
 * Its HTTP status and problem type are derived in one place, lib/problem.c.
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

enum err {
    ERR_OK = 0,
    /* The request is at fault. */
    ERR_SYNTAX,          /* 400 not HTTP, not JSON, not multipart */
    ERR_UNAUTHENTICATED, /* 401 nobody is signed in */
    ERR_FORBIDDEN,       /* 403 signed in, but not allowed; cross-site */
    ERR_NOT_FOUND,       /* 404 does not exist, or is not yours */
    ERR_METHOD,          /* 405 */
    ERR_PENDING,         /* 409 a submission of this user is being graded */
    ERR_CONFLICT,        /* 409 the name is taken */
    ERR_TOO_LARGE,       /* 413 */
    ERR_MEDIA_TYPE,      /* 415 */
    ERR_INVALID,         /* 422 a field is missing, unknown or out of range */
    ERR_KEY_REUSE,       /* 422 Idempotency-Key used with another body */
    ERR_RATE,            /* 429 */
    /* We are at fault. */
    ERR_INTERNAL,    /* 500 a bug, or an impossible answer */
    ERR_UNAVAILABLE, /* 503 PostgreSQL, Redis or the box is not there */
    ERR_STALE        /* another grader holds the fence: drop the result */
};

/* A short English name, for logs: "not_found".  Never NULL. */
const char *err_name(enum err e);

#endif
