/* multipart/form-data (RFC 7578), in memory, without copies.
 */
#ifndef LIB_MULTIPART_H
#define LIB_MULTIPART_H

#include <stddef.h>

enum {
    MULTIPART_PARTS_MAX = 16,
    MULTIPART_NAME_MAX = 256
};

struct multipart_part {
    char name[MULTIPART_NAME_MAX];
    char filename[MULTIPART_NAME_MAX]; /* "" none */
    char type[MULTIPART_NAME_MAX];     /* "" none */
    const char *data;                  /* inside the body */
    size_t size;
};

/* Split `body` at `boundary` (1 to 70 characters).  The number of parts, at
 * most MULTIPART_PARTS_MAX; or -1, and then *why (static text) says what is
 * wrong. */
int multipart_parse(const char *body, size_t size, const char *boundary,
                    struct multipart_part parts[MULTIPART_PARTS_MAX],
                    const char **why);

#endif
