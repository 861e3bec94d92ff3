#include "grader/judge_words.h"

#include "lib/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TAIL_LINES = 8, /* of standard error in a message */
    TAIL_KEEP = 1000,
    FRAMES_KEEP = 10, /* of a stack */
    FRAME_KEEP = 200, /* bytes of one */
    NAME_KEEP = 80,   /* bytes of a function's name in a sentence */
    LINE_DIGITS = 9
};

/* -- the end of standard error -- */

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
judge_tail(const char *text, size_t size, struct buf *message)
{
    size_t end = size, start, lines = 0;
    char *clean;

    while (end > 0 && is_blank(text[end - 1]))
        end--;
    for (start = end; start > 0; start--) {
        if (text[start - 1] != '\n')
            continue;
        /* another line, if it still has room */
        if (++lines == TAIL_LINES || end - start > TAIL_KEEP)
            break;
    }
    if (end - start > TAIL_KEEP && memchr(text + start, '\n', end - start))
        start = (size_t)((const char *)memchr(text + start, '\n', end - start) +
                         1 - text);
    while (start < end && text[start] == '\n')
        start++;
    if (start == end)
        return;
    clean = text_clean(text + start, end - start, TAIL_KEEP);
    buf_fmt(message, "%s%s", strchr(clean, '\n') != NULL ? "\n" : " ", clean);
    free(clean);
}

/* -- where it hung -- */

/* One line of a text, without its end. */
struct line {
    const char *p;
    size_t size;
};

static bool
next_line(const char **at, const char *end, struct line *l)
{
    const char *stop;

    if (*at == NULL || *at >= end)
        return false;
    stop = memchr(*at, '\n', (size_t)(end - *at));
    if (stop == NULL)
        stop = end;
    *l = (struct line){*at, (size_t)(stop - *at)};
    *at = stop + 1;
    return true;
}

static bool
begins(const struct line *l, const char *with)
{
    size_t n = strlen(with);

    return l->size >= n && memcmp(l->p, with, n) == 0;
}

static bool
ends(const struct line *l, const char *with)
{
    size_t n = strlen(with);

    return l->size >= n && memcmp(l->p + l->size - n, with, n) == 0;
}

/* `  File "PATH", line N in NAME` with a PATH that ends in solution.py. */
struct frame {
    char line[LINE_DIGITS + 1];
    struct line name;
};

static bool
read_frame(const struct line *l, struct frame *f)
{
    static const char file[] = "  File \"", where[] = "solution.py\", line ";
    const char *end = l->p + l->size, *p, *digits;
    size_t n = 0;

    if (!begins(l, file))
        return false;
    p = memmem(l->p, l->size, where, sizeof where - 1);
    if (p == NULL || (p != l->p + sizeof file - 1 && p[-1] != '/'))
        return false;
    digits = p + sizeof where - 1;
    while (digits + n < end && digits[n] >= '0' && digits[n] <= '9')
        n++;
    if (n == 0 || n > LINE_DIGITS || end - digits - (ptrdiff_t)n < 5 ||
        memcmp(digits + n, " in ", 4) != 0)
        return false;
    memcpy(f->line, digits, n);
    f->line[n] = '\0';
    f->name.p = digits + n + 4;
    f->name.size = (size_t)(end - f->name.p);
    return true;
}

/* The stack of one thread. */
struct block {
    const char *begin, *end; /* NULL: none */
    struct frame frame;      /* the innermost in solution.py */
};

/* The head of a stack, or NULL.  It may stand behind what the program left of
 * a line. */
static const char *
find_head(const struct line *l, bool *current)
{
    static const char *const heads[] = {"Current thread 0x", "Thread 0x"};
    const char *end = l->p + l->size, *found = NULL, *p;

    if (!ends(l, " (most recent call first):"))
        return NULL;
    for (int i = 0; i < 2 && found == NULL; i++)
        for (p = l->p; (p = memmem(p, (size_t)(end - p), heads[i],
                                   strlen(heads[i]))) != NULL;
             p++) {
            found = p;
            *current = i == 0;
        }
    return found;
}

/* Of the last dump, which is the one that we asked for (the program may have
 * written others before it): the stack of the running thread, else the last
 * that has a frame of ours.  Stacks of one dump have at most blank lines
 * between them. */
static bool
find_block(const char *text, size_t size, struct block *out)
{
    const char *at = text, *end = text + size, *head;
    struct block now = {0};
    struct line l;
    bool inside = false, current = false, best = false, other = false;

    while (next_line(&at, end, &l)) {
        if ((head = find_head(&l, &current)) != NULL) {
            now = (struct block){.begin = head};
            inside = true;
            best = best && !other && head == l.p;
            other = false;
        } else if (inside && now.end == NULL && read_frame(&l, &now.frame)) {
            now.end = l.p + l.size;
            if (current || !best)
                *out = now;
            best = best || current;
        } else if (!begins(&l, "  File \"")) {
            inside = false;
            other = other || l.size > 0;
        }
    }
    return out->end != NULL;
}

/* The file's name alone is what a student knows, not its place in the box. */
static void
add_without_folder(struct buf *out, const char *p, size_t size)
{
    static const char folder[] = "/box/w/";
    const char *end = p + size, *hit;

    while ((hit = memmem(p, (size_t)(end - p), folder, sizeof folder - 1)) !=
           NULL) {
        buf_add(out, p, (size_t)(hit - p));
        p = hit + sizeof folder - 1;
    }
    buf_add(out, p, (size_t)(end - p));
}

static void
add_stack(const struct block *b, const char *end, struct buf *stack)
{
    const char *at = b->begin;
    struct line l;

    next_line(&at, end, &l);
    buf_str(stack, "Stopped here (most recent call first):\n");
    for (int i = 0; i < FRAMES_KEEP && next_line(&at, end, &l); i++) {
        struct buf short_line = {0};
        char *clean;

        if (!begins(&l, "  File \""))
            break;
        add_without_folder(&short_line, l.p, l.size);
        clean = text_clean(short_line.data, short_line.size, FRAME_KEEP);
        buf_fmt(stack, "%s\n", clean);
        free(clean);
        buf_free(&short_line);
    }
}

bool
judge_hang(const char *text, size_t size, struct buf *where, struct buf *stack,
           size_t *begin)
{
    struct block b = {0};
    char *name;

    if (text == NULL || !find_block(text, size, &b))
        return false;
    name = text_clean(b.frame.name.p, b.frame.name.size, NAME_KEEP);
    if (strcmp(name, "<module>") == 0)
        buf_fmt(where, "It was in line %s.", b.frame.line);
    else
        buf_fmt(where, "It was in line %s, in %s.", b.frame.line, name);
    free(name);
    if (stack != NULL)
        add_stack(&b, text + size, stack);
    *begin = (size_t)(b.begin - text);
    return true;
}

void
judge_stderr(const struct run_result *r, size_t max, struct buf *out)
{
    struct buf where = {0}, stack = {0}, whole = {0};
    size_t size = r->err.size;
    char *clean;

    if ((r->end == RUN_CPU || r->end == RUN_WALL) &&
        judge_hang(r->err.data, r->err.size, &where, &stack, &size))
        /* room for "…" and a new line, too */
        max = max > stack.size + 4 ? max - stack.size - 4 : 0;
    if (size > 0)
        add_without_folder(&whole, r->err.data, size);
    if (stack.size > 0 && whole.size > 0) {
        clean = text_clean(whole.data, whole.size, max);
        buf_str(out, clean);
        free(clean);
        if (out->data[out->size - 1] != '\n')
            buf_str(out, "\n");
    } else
        buf_add(out, whole.data, whole.size);
    buf_add(out, stack.data, stack.size);
    buf_free(&where);
    buf_free(&stack);
    buf_free(&whole);
}

/* -- the end of a run -- */

static void
add_hang(const struct run_result *r, struct buf *message)
{
    struct buf where = {0};
    size_t begin;

    if (judge_hang(r->err.data, r->err.size, &where, NULL, &begin))
        buf_fmt(message, " %s", where.data);
    buf_free(&where);
}

static void
add_tail(const struct run_result *r, struct buf *message)
{
    struct buf text = {0};

    if (r->err.size > 0)
        add_without_folder(&text, r->err.data, r->err.size);
    if (text.size > 0)
        judge_tail(text.data, text.size, message);
    buf_free(&text);
}

enum verdict
judge_end(const struct run_result *r, struct buf *message)
{
    switch (r->end) {
    case RUN_EXITED:
        if (r->status == 0)
            return VERDICT_ACCEPTED;
        buf_fmt(message, "The program ended with exit status %d.", r->status);
        add_tail(r, message);
        return VERDICT_RUNTIME_ERROR;
    case RUN_SIGNALED:
        buf_fmt(message, "The program was ended by signal %d (%s).", r->status,
                strsignal(r->status));
        add_tail(r, message);
        return VERDICT_RUNTIME_ERROR;
    case RUN_CPU:
        buf_str(message, "The program took too long.");
        add_hang(r, message);
        return VERDICT_TIME_LIMIT;
    case RUN_WALL:
        buf_str(message, "The program took too long: it was waiting.");
        add_hang(r, message);
        return VERDICT_TIME_LIMIT;
    case RUN_MEMORY:
        buf_str(message, "The program used too much memory.");
        return VERDICT_MEMORY_LIMIT;
    case RUN_OUTPUT:
        buf_str(message, "The program wrote too much.");
        return VERDICT_OUTPUT_LIMIT;
    }
    return VERDICT_RUNTIME_ERROR;
}
