#include "lib/text.h"

#include "lib/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The length of the UTF-8 character at `s`, or 0 where it is not one
 * (RFC 3629 section 4). */
static size_t
utf8_length(const unsigned char *s, size_t size)
{
    static const struct {
        unsigned char lo, hi;   /* of the first byte */
        unsigned char lo2, hi2; /* of the second */
        size_t length;
    } form[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    if (s[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof form / sizeof form[0]; i++) {
        if (s[0] < form[i].lo || s[0] > form[i].hi)
            continue;
        if (size < form[i].length || s[1] < form[i].lo2 || s[1] > form[i].hi2)
            return 0;
        for (size_t k = 2; k < form[i].length; k++)
            if ((s[k] & 0xc0) != 0x80)
                return 0;
        return form[i].length;
    }
    return 0;
}

bool
text_is_utf8(const char *s, size_t size)
{
    const unsigned char *p = (const unsigned char *)s;
    for (size_t i = 0; i < size;) {
        size_t n = utf8_length(p + i, size - i);
        if (n == 0 || p[i] == '\0')
            return false;
        i += n;
    }
    return true;
}

static bool
is_control(const unsigned char *p, size_t length)
{
    if (length == 1)
        return (p[0] < 0x20 && p[0] != '\n' && p[0] != '\t') || p[0] == 0x7f;
    return length == 2 && p[0] == 0xc2 && p[1] < 0xa0; /* C1 */
}

/* U+202A…U+202E and U+2066…U+2069 turn the order of what stands beside them,
 * on the page and in a terminal: a wrong answer could be made to look right. */
static bool
is_bidi_control(const unsigned char *p, size_t length)
{
    return length == 3 && p[0] == 0xe2 &&
           ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
            (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

char *
text_clean(const char *s, size_t size, size_t max)
{
    const unsigned char *p = (const unsigned char *)s;
    struct buf b = {0};
    for (size_t i = 0; i < size;) {
        size_t n = utf8_length(p + i, size - i);
        bool bad = n == 0 || is_control(p + i, n) || is_bidi_control(p + i, n);
        if (b.size + (bad ? 3 : n) > max) {
            buf_str(&b, "…");
            break;
        }
        /* \r\n is a line's end, not a fault */
        if (p[i] == '\r' && i + 1 < size && p[i + 1] == '\n') {
            i++;
            continue;
        }
        if (bad)
            buf_str(&b, "\xef\xbf\xbd");
        else
            buf_add(&b, p + i, n);
        i += n ? n : 1;
    }
    return buf_take(&b, NULL);
}

bool
text_to_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
    const char *digits = *s == '-' ? s + 1 : s;
    size_t n = strspn(digits, "0123456789");
    if (n == 0 || digits[n] != '\0')
        return false;
    errno = 0;
    long long v = strtoll(s, NULL, 10);
    if (errno != 0 || v < min || v > max)
        return false;
    *out = v;
    return true;
}

bool
text_ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), k = strlen(suffix);
    return n >= k && strcmp(s + n - k, suffix) == 0;
}
