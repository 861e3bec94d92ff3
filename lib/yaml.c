#include "lib/yaml.h"

#include "lib/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct yaml {
    enum yaml_kind kind;
    int line;
    bool plain; /* a text without quotes */
    char *text; /* YAML_TEXT */
    char **key; /* YAML_MAP: `count` of them */
    struct yaml **child;
    size_t count;
    size_t capacity;
};

struct reader {
    yaml_parser_t parser;
    char *why; /* set once: the first fault */
    int line;
    size_t nodes;
};

static void
reader_fault(struct reader *r, size_t line, const char *what)
{
    if (r->why != NULL)
        return;
    r->why = xstrdup(what);
    r->line = (int)line + 1;
}

/* The next event; false after a syntax error. */
static bool
next(struct reader *r, yaml_event_t *e)
{
    if (yaml_parser_parse(&r->parser, e))
        return true;
    reader_fault(r, r->parser.problem_mark.line,
                 r->parser.problem != NULL ? r->parser.problem
                                           : "not well-formed");
    return false;
}

static struct yaml *
node_new(struct reader *r, enum yaml_kind kind, const yaml_event_t *e)
{
    struct yaml *y = xcalloc(1, sizeof *y);

    y->kind = kind;
    y->line = (int)e->start_mark.line + 1;
    if (++r->nodes > YAML_NODES_MAX)
        reader_fault(r, e->start_mark.line, "too many values");
    return y;
}

static void
node_add(struct yaml *y, char *key, struct yaml *child)
{
    if (y->count == y->capacity) {
        y->capacity = y->capacity * 2 + 4;
        y->child = xrealloc(y->child, y->capacity * sizeof(struct yaml *));
        y->key = xrealloc(y->key, y->capacity * sizeof *y->key);
    }
    y->key[y->count] = key;
    y->child[y->count++] = child;
}

static struct yaml *read_node(struct reader *r, const yaml_event_t *e,
                              int depth);

static void
check_plain_node(struct reader *r, const yaml_event_t *e,
                 const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        reader_fault(r, e->start_mark.line, "anchors (&name) are not allowed");
    if (tag != NULL)
        reader_fault(r, e->start_mark.line, "tags (!name) are not allowed");
}

static struct yaml *
read_scalar(struct reader *r, const yaml_event_t *e)
{
    struct yaml *y = node_new(r, YAML_TEXT, e);

    check_plain_node(r, e, e->data.scalar.anchor, e->data.scalar.tag);
    if (memchr(e->data.scalar.value, '\0', e->data.scalar.length) != NULL)
        reader_fault(r, e->start_mark.line, "a NUL character");
    y->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    y->text = xstrndup((const char *)e->data.scalar.value,
                       e->data.scalar.length);
    return y;
}

static struct yaml *
read_list(struct reader *r, const yaml_event_t *start, int depth)
{
    struct yaml *y = node_new(r, YAML_LIST, start);
    yaml_event_t e;
    bool end = false;

    check_plain_node(r, start, start->data.sequence_start.anchor,
                     start->data.sequence_start.tag);
    while (!end && r->why == NULL && next(r, &e)) {
        end = e.type == YAML_SEQUENCE_END_EVENT;
        if (!end)
            node_add(y, NULL, read_node(r, &e, depth + 1));
        yaml_event_delete(&e);
    }
    return y;
}

static struct yaml *
read_map(struct reader *r, const yaml_event_t *start, int depth)
{
    struct yaml *y = node_new(r, YAML_MAP, start);
    yaml_event_t k, v;

    check_plain_node(r, start, start->data.mapping_start.anchor,
                     start->data.mapping_start.tag);
    while (r->why == NULL && next(r, &k)) {
        bool end = k.type == YAML_MAPPING_END_EVENT;
        char *key = NULL;

        if (!end && k.type != YAML_SCALAR_EVENT)
            reader_fault(r, k.start_mark.line, "a key that is no plain word");
        else if (!end) {
            key = xstrdup((const char *)k.data.scalar.value);
            if (yaml_get(y, key) != NULL)
                reader_fault(r, k.start_mark.line, "a key given twice");
        }
        yaml_event_delete(&k);
        if (end || r->why != NULL || !next(r, &v)) {
            free(key);
            break;
        }
        node_add(y, key, read_node(r, &v, depth + 1));
        yaml_event_delete(&v);
    }
    return y;
}

/* The node that starts with event `e`.  Always a node, so that the tree stays
 * whole; r->why says whether it is to be believed. */
static struct yaml *
read_node(struct reader *r, const yaml_event_t *e, int depth)
{
    if (depth > YAML_DEPTH_MAX)
        reader_fault(r, e->start_mark.line, "nested too deeply");
    else if (e->type == YAML_SCALAR_EVENT)
        return read_scalar(r, e);
    else if (e->type == YAML_SEQUENCE_START_EVENT)
        return read_list(r, e, depth);
    else if (e->type == YAML_MAPPING_START_EVENT)
        return read_map(r, e, depth);
    else
        reader_fault(r, e->start_mark.line, "aliases (*name) are not allowed");
    return node_new(r, YAML_TEXT, e);
}

static struct yaml *
read_stream(struct reader *r)
{
    struct yaml *root = NULL;
    yaml_event_t e;
    bool end = false;

    while (!end && r->why == NULL && next(r, &e)) {
        switch ((int)e.type) {
        case YAML_STREAM_END_EVENT:
            end = true;
            break;
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_START_EVENT:
        case YAML_DOCUMENT_END_EVENT:
            break;
        default:
            if (root != NULL)
                reader_fault(r, e.start_mark.line, "a second document");
            else
                root = read_node(r, &e, 0);
        }
        yaml_event_delete(&e);
    }
    if (root == NULL) {
        root = xcalloc(1, sizeof *root);
        root->kind = YAML_MAP;
        root->line = 1;
    }
    return root;
}

struct yaml *
yaml_parse(const char *text, size_t size, char **why, int *line)
{
    struct reader r = {.why = NULL};
    struct yaml *y;

    *why = NULL;
    *line = 0;
    if (!yaml_parser_initialize(&r.parser)) {
        *why = xstrdup("out of memory");
        return NULL;
    }
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, size);
    y = read_stream(&r);
    yaml_parser_delete(&r.parser);
    if (r.why == NULL)
        return y;
    *why = r.why;
    *line = r.line;
    yaml_free(y);
    return NULL;
}

void
yaml_free(struct yaml *y)
{
    if (y == NULL)
        return;
    for (size_t i = 0; i < y->count; i++) {
        free(y->key[i]);
        yaml_free(y->child[i]);
    }
    free(y->key);
    free(y->child);
    free(y->text);
    free(y);
}

enum yaml_kind
yaml_kind(const struct yaml *y)
{
    return y->kind;
}

int
yaml_line(const struct yaml *y)
{
    return y->line;
}

size_t
yaml_size(const struct yaml *y)
{
    return y->count;
}

const struct yaml *
yaml_at(const struct yaml *y, size_t i)
{
    return i < y->count ? y->child[i] : NULL;
}

const char *
yaml_key(const struct yaml *y, size_t i)
{
    return i < y->count ? y->key[i] : NULL;
}

const struct yaml *
yaml_get(const struct yaml *y, const char *key)
{
    if (y == NULL || y->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < y->count; i++)
        if (strcmp(y->key[i], key) == 0)
            return y->child[i];
    return NULL;
}

static bool
is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

bool
yaml_is_null(const struct yaml *y)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};

    return y->kind == YAML_TEXT && y->plain && is_one_of(y->text, nulls);
}

const char *
yaml_text(const struct yaml *y)
{
    if (y->kind != YAML_TEXT || yaml_is_null(y))
        return NULL;
    return y->text;
}

bool
yaml_number(const struct yaml *y, double *out)
{
    const char *s = yaml_text(y);
    char *end;

    /* strtod alone would take "inf", "nan" and "0x10", too. */
    if (s == NULL || *s == '\0' || s[strspn(s, "0123456789+-.eE")] != '\0')
        return false;
    *out = strtod(s, &end);
    return *end == '\0' && isfinite(*out);
}

bool
yaml_bool(const struct yaml *y, bool *out)
{
    static const char *const yes[] = {"true", "True", "TRUE", "yes", "Yes",
                                      "YES",  "on",   "On",   "ON",  NULL};
    static const char *const no[] = {"false", "False", "FALSE", "no",  "No",
                                     "NO",    "off",   "Off",   "OFF", NULL};

    if (y->kind != YAML_TEXT || !y->plain)
        return false;
    *out = is_one_of(y->text, yes);
    return *out || is_one_of(y->text, no);
}
