#include "lib/problem.h"

const struct problem *
problem_of(enum err e)
{
    static const struct problem
        syntax = {400, "/problems/syntax", "The request cannot be read"},
        unauthenticated = {401, "/problems/unauthenticated",
                           "Nobody is signed in"},
        forbidden = {403, "/problems/forbidden", "Not allowed"},
        not_found = {404, "/problems/not-found", "Not found"},
        method = {405, "/problems/method", "Method not allowed"},
        pending = {409, "/problems/pending",
                   "A submission is being graded already"},
        conflict = {409, "/problems/conflict", "Already taken"},
        too_large = {413, "/problems/too-large", "Too large"},
        media_type = {415, "/problems/media-type", "Media type not supported"},
        invalid = {422, "/problems/invalid-field", "A field is not valid"},
        key_reuse = {422, "/problems/idempotency-key",
                     "Idempotency-Key was used with another body"},
        rate = {429, "/problems/rate", "Too many requests"},
        internal = {500, "/problems/internal", "Internal error"},
        unavailable = {503, "/problems/unavailable", "Temporarily unavailable"};

    switch (e) {
    case ERR_SYNTAX:
        return &syntax;
    case ERR_UNAUTHENTICATED:
        return &unauthenticated;
    case ERR_FORBIDDEN:
        return &forbidden;
    case ERR_NOT_FOUND:
        return &not_found;
    case ERR_METHOD:
        return &method;
    case ERR_PENDING:
        return &pending;
    case ERR_CONFLICT:
        return &conflict;
    case ERR_TOO_LARGE:
        return &too_large;
    case ERR_MEDIA_TYPE:
        return &media_type;
    case ERR_INVALID:
        return &invalid;
    case ERR_KEY_REUSE:
        return &key_reuse;
    case ERR_RATE:
        return &rate;
    case ERR_UNAVAILABLE:
        return &unavailable;
    case ERR_OK:
    case ERR_INTERNAL:
    case ERR_STALE:
        break;
    }
    return &internal;
}
