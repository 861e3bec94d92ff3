#include "lib/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LINE_MAX_BYTES = 2048
};

static const char *program = "assay";

void
log_open(const char *name)
{
    program = name;
}

/* Write the line in one write(2), so that lines of several processes do not
 * mix.  What does not fit is cut. */
static void
emit(const char *level, const char *event, const char *fmt, va_list ap,
     const char *error)
{
    char raw[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
    size_t n = 0, used = 0;

    vsnprintf(raw, sizeof raw, fmt, ap);
    int head = snprintf(line, sizeof line, "%s[%d] %s: %s", program,
                        (int)getpid(), level, event);
    used = head < 0 ? 0 : (size_t)head;
    if (used > sizeof line - 8)
        used = sizeof line - 8;
    if (raw[0] != '\0')
        line[used++] = ' ';
    for (n = 0; raw[n] != '\0' && used < sizeof line - 6; n++) {
        unsigned char c = (unsigned char)raw[n];
        if (c >= 0x20 && c != 0x7f)
            line[used++] = (char)c;
        else
            used += (size_t)snprintf(line + used, 5, "\\x%02x", c);
    }
    if (error != NULL && used < sizeof line - 80)
        used += (size_t)snprintf(line + used, 79, " error=\"%.60s\"", error);
    line[used++] = '\n';
    if (write(STDERR_FILENO, line, used) < 0)
        return; /* nowhere left to say so */
}

#define EMIT(level, error)                                                     \
    do {                                                                       \
        int saved = errno;                                                     \
        va_list ap;                                                            \
        va_start(ap, fmt);                                                     \
        emit(level, event, fmt, ap, error);                                    \
        va_end(ap);                                                            \
        errno = saved;                                                         \
    } while (0)

void
log_info(const char *event, const char *fmt, ...)
{
    EMIT("info", NULL);
}

void
log_warn(const char *event, const char *fmt, ...)
{
    EMIT("warn", NULL);
}

void
log_errno(const char *event, const char *fmt, ...)
{
    EMIT("warn", strerror(saved));
}

void
fatal(const char *event, const char *fmt, ...)
{
    EMIT("fatal", NULL);
    exit(2);
}
