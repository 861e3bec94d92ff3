#include "lib/multipart.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    BOUNDARY_MAX = 70,
    HEADERS_MAX = 4096
};

/* Copy parameter `key` of a header's value: key="value" (with \" inside) or
 * key=token.  False: absent, or longer than `out`. */
static bool
parameter(const char *value, size_t size, const char *key, char *out,
          size_t out_size)
{
    size_t klen = strlen(key);
    const char *end = value + size;
    bool quoted = false;

    for (const char *p = value; p < end; p++) {
        if (*p == '"' && (p == value || p[-1] != '\\'))
            quoted = !quoted;
        if (*p != ';' || quoted)
            continue;
        for (p++; p < end && (*p == ' ' || *p == '\t'); p++)
            ;
        if ((size_t)(end - p) <= klen || strncasecmp(p, key, klen) != 0 ||
            p[klen] != '=') {
            p--;
            continue;
        }
        size_t n = 0;
        p += klen + 1;
        bool quotes = p < end && *p == '"';
        for (p += quotes; p < end && *p != (quotes ? '"' : ';'); p++) {
            if (quotes && *p == '\\' && p + 1 < end)
                p++;
            if (n + 1 >= out_size)
                return false;
            out[n++] = *p;
        }
        out[n] = '\0';
        return true;
    }
    return false;
}

/* The headers of one part, [p, end).  NULL, or what is wrong. */
static const char *
read_headers(const char *p, const char *end, struct multipart_part *part)
{
    while (p < end) {
        const char *eol = memmem(p, (size_t)(end - p), "\r\n", 2);
        size_t size = (size_t)((eol ? eol : end) - p);
        const char *colon = memchr(p, ':', size);
        if (colon == NULL)
            return "a part's header has no colon";
        size_t name = (size_t)(colon - p);
        size_t vsize = size - name - 1;
        if (name == 19 && strncasecmp(p, "Content-Disposition", 19) == 0) {
            if (!parameter(colon + 1, vsize, "name", part->name,
                           sizeof part->name))
                return "a part has no name";
            parameter(colon + 1, vsize, "filename", part->filename,
                      sizeof part->filename);
        } else if (name == 12 && strncasecmp(p, "Content-Type", 12) == 0) {
            snprintf(part->type, sizeof part->type, "%.*s", (int)vsize,
                     colon + 1);
            memmove(part->type, part->type + strspn(part->type, " \t"),
                    strlen(part->type + strspn(part->type, " \t")) + 1);
        }
        p = eol ? eol + 2 : end;
    }
    return part->name[0] ? NULL : "a part has no name";
}

int
multipart_parse(const char *body, size_t size, const char *boundary,
                struct multipart_part parts[MULTIPART_PARTS_MAX],
                const char **why)
{
    char mark[BOUNDARY_MAX + 8];
    const char *end = body + size, *p = NULL;
    size_t n = strlen(boundary);
    int count = 0;

    *why = "has no boundary of 1 to 70 characters";
    if (n < 1 || n > BOUNDARY_MAX)
        return -1;
    snprintf(mark, sizeof mark, "\r\n--%s", boundary);
    n = strlen(mark);
    *why = "does not begin with its boundary";
    if (size < n - 2 || memcmp(body, mark + 2, n - 2) != 0)
        return -1;
    for (p = body + n - 2;;) {
        /* after a boundary: "--" ends it all, a line's end begins a part */
        *why = "does not end with its boundary";
        if (end - p >= 2 && memcmp(p, "--", 2) == 0)
            return count;
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        if (end - p < 2 || memcmp(p, "\r\n", 2) != 0)
            return -1;
        if (count == MULTIPART_PARTS_MAX) {
            *why = "has too many parts";
            return -1;
        }
        struct multipart_part *part = &parts[count++];
        *part = (struct multipart_part){0};
        const char *data = memmem(p, (size_t)(end - p), "\r\n\r\n", 4);
        if (data == NULL || data - p > HEADERS_MAX) {
            *why = "has a part whose headers do not end";
            return -1;
        }
        *why = read_headers(p + 2, data, part);
        if (*why != NULL)
            return -1;
        part->data = data + 4;
        *why = "does not end with its boundary";
        p = memmem(data + 2, (size_t)(end - data - 2), mark, n);
        if (p == NULL)
            return -1;
        if (p < part->data) /* an empty part: its line end is the boundary's */
            part->data = p;
        part->size = (size_t)(p - part->data);
        p += n;
    }
}
