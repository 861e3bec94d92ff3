#include "grader/compare.h"

#include "lib/text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    SHOWN_MAX = 60,  /* bytes of a word in a message */
    NUMBER_MAX = 400 /* bytes of a word that may still be a number */
};

/* A place in one of the two texts, and the word there. */
struct cursor {
    const char *p, *end;
    const char *word;
    size_t length;      /* 0: no more words */
    size_t line, index; /* of the word, from 1 */
};

/* White space of the C locale, whatever the program's locale is. */
static bool
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
skip_space(struct cursor *c)
{
    for (; c->p < c->end && is_space(*c->p); c->p++)
        if (*c->p == '\n') {
            c->line++;
            c->index = 0;
        }
}

static void
next_word(struct cursor *c)
{
    c->word = c->p;
    while (c->p < c->end && !is_space(*c->p))
        c->p++;
    c->length = (size_t)(c->p - c->word);
    c->index++;
}

/* The format's float: sign? (digits [. digits*] | . digits) exponent?; no
 * "inf", no "nan", no hexadecimal. */
static bool
read_float(const char *s, size_t size, double *out)
{
    char text[NUMBER_MAX + 1];
    size_t i = 0, digits = 0;

    if (size == 0 || size > NUMBER_MAX)
        return false;
    memcpy(text, s, size);
    text[size] = '\0';
    if (text[i] == '+' || text[i] == '-')
        i++;
    for (; isdigit((unsigned char)text[i]); i++)
        digits++;
    if (text[i] == '.')
        for (i++; isdigit((unsigned char)text[i]); i++)
            digits++;
    if (digits == 0)
        return false;
    if (text[i] == 'e' || text[i] == 'E') {
        i++;
        if (text[i] == '+' || text[i] == '-')
            i++;
        if (!isdigit((unsigned char)text[i]))
            return false;
        while (isdigit((unsigned char)text[i]))
            i++;
    }
    if (i != size)
        return false;
    *out = strtod(text, NULL);
    return true;
}

static bool
floats_equal(const struct package_compare *rules, double expected,
             double actual)
{
    double distance = fabs(expected - actual);

    /* Infinite ("1e999") or NaN: never within a tolerance. */
    if (!isfinite(distance))
        return false;
    return (rules->float_absolute >= 0 && distance <= rules->float_absolute) ||
           (rules->float_relative >= 0 &&
            distance <= rules->float_relative * fabs(expected));
}

/* strncasecmp() would stop at a NUL. */
static bool
text_equal(const char *a, const char *b, size_t size, bool case_sensitive)
{
    if (case_sensitive)
        return memcmp(a, b, size) == 0;
    for (size_t i = 0; i < size; i++) {
        char x = a[i], y = b[i];

        if (x >= 'A' && x <= 'Z')
            x = (char)(x - 'A' + 'a');
        if (y >= 'A' && y <= 'Z')
            y = (char)(y - 'A' + 'a');
        if (x != y)
            return false;
    }
    return true;
}

static bool
words_equal(const struct package_compare *rules, const struct cursor *e,
            const struct cursor *a)
{
    double x, y;

    if (e->length == a->length &&
        text_equal(e->word, a->word, e->length, rules->case_sensitive))
        return true;
    if (rules->float_absolute < 0 && rules->float_relative < 0)
        return false;
    return read_float(e->word, e->length, &x) &&
           read_float(a->word, a->length, &y) && floats_equal(rules, x, y);
}

static void
show(struct buf *message, const struct cursor *c)
{
    char *text;

    if (c->length == 0) {
        buf_str(message, "the end of the output");
        return;
    }
    text = text_clean(c->word, c->length, SHOWN_MAX);
    buf_fmt(message, "\"%s\"", text);
    free(text);
}

static void
say_words(struct buf *message, const struct package_compare *rules,
          const struct cursor *e, const struct cursor *a)
{
    if (message == NULL)
        return;
    if (a->length > 0)
        buf_fmt(message, "Line %zu, word %zu: expected ", a->line, a->index);
    else
        buf_str(message, "Expected ");
    show(message, e);
    buf_str(message, ", got ");
    show(message, a);
    if (rules->case_sensitive && e->length == a->length && e->length > 0 &&
        text_equal(e->word, a->word, e->length, false))
        buf_str(message, " (upper and lower case differ)");
    buf_str(message, ".");
}

/* How a message calls white space. */
static const char *
space_name(const char *p, const char *end)
{
    if (p == end)
        return "the end of the output";
    switch (*p) {
    case ' ':
        return "a blank";
    case '\n':
        return "a new line";
    case '\t':
        return "a tab";
    default:
        return is_space(*p) ? "other white space" : "a word";
    }
}

/* The white space at both places is the same, character by character.  Leaves
 * both behind it. */
static bool
spaces_equal(struct cursor *e, struct cursor *a, struct buf *message)
{
    for (;;) {
        bool se = e->p < e->end && is_space(*e->p);
        bool sa = a->p < a->end && is_space(*a->p);

        if (!se && !sa)
            return true;
        if (!se || !sa || *e->p != *a->p) {
            if (message != NULL)
                buf_fmt(message,
                        "Line %zu, after word %zu: expected %s, got %s.",
                        a->line, a->index, space_name(e->p, e->end),
                        space_name(a->p, a->end));
            return false;
        }
        if (*e->p == '\n') {
            e->line++, a->line++;
            e->index = a->index = 0;
        }
        e->p++, a->p++;
    }
}

bool
compare_outputs(const struct package_compare *rules, const char *expected,
                size_t expected_size, const char *actual, size_t actual_size,
                struct buf *message)
{
    /* Neither may be NULL: pointers past NULL are nobody's. */
    const char *es = expected != NULL ? expected : "";
    const char *as = actual != NULL ? actual : "";
    struct cursor e = {.p = es, .end = es + expected_size, .line = 1};
    struct cursor a = {.p = as, .end = as + actual_size, .line = 1};

    for (;;) {
        if (rules->space_change_sensitive) {
            if (!spaces_equal(&e, &a, message))
                return false;
        } else {
            skip_space(&e);
            skip_space(&a);
        }
        next_word(&e);
        next_word(&a);
        if (e.length == 0 && a.length == 0)
            return true;
        if (e.length == 0 || a.length == 0 || !words_equal(rules, &e, &a)) {
            say_words(message, rules, &e, &a);
            return false;
        }
    }
}
