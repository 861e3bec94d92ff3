/* One line per event on standard error, `key=value`, no time stamp (the
 * supervisor adds one), no secrets.  Control characters in values are
 * escaped, so that a name with a newline cannot forge a line.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

/* Name the program; it starts every line.  `program` is borrowed for ever. */
void log_open(const char *program);

/* `event` is a constant word or two; the rest is formatted as `key=value`
 * pairs by the caller.  log_errno appends error="strerror(errno)"; errno is
 * preserved by all of them. */
void log_info(const char *event, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_warn(const char *event, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void log_errno(const char *event, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Log and exit with status 2.  Only before a program's loop has started, or
 * when it is out of memory. */
void fatal(const char *event, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));

#endif
