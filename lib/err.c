#include "lib/err.h"

const char *
err_name(enum err e)
{
    switch (e) {
    case ERR_OK:
        return "ok";
    case ERR_SYNTAX:
        return "syntax";
    case ERR_UNAUTHENTICATED:
        return "unauthenticated";
    case ERR_FORBIDDEN:
        return "forbidden";
    case ERR_NOT_FOUND:
        return "not_found";
    case ERR_METHOD:
        return "method";
    case ERR_PENDING:
        return "pending";
    case ERR_CONFLICT:
        return "conflict";
    case ERR_TOO_LARGE:
        return "too_large";
    case ERR_MEDIA_TYPE:
        return "media_type";
    case ERR_INVALID:
        return "invalid";
    case ERR_KEY_REUSE:
        return "key_reuse";
    case ERR_RATE:
        return "rate";
    case ERR_INTERNAL:
        return "internal";
    case ERR_UNAVAILABLE:
        return "unavailable";
    case ERR_STALE:
        return "stale";
    }
    return "unknown";
}
