/* Reader of *.lang files: `key value` lines, `#` comments.  Every fault of
 * every file is printed before the load fails, so that one look is enough.
 */
#include "core/language.h"

#include "lib/log.h"
#include "lib/mem.h"

#include <dirent.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANG_FILE_MAX = 64 * 1024,
    WITH_FILE_MAX = 256 * 1024,
    PROCESSES = 32
};

enum key_kind {
    KEY_TEXT, /* a fixed array of `size` bytes */
    KEY_ARGV, /* a command */
    KEY_NUMBER
};

static const struct {
    const char *name;
    enum key_kind kind;
    size_t offset;
    size_t size;
    bool required;
} keys[] = {
#define TEXT(field, key, required)                                             \
    {                                                                          \
        key, KEY_TEXT, offsetof(struct language, field),                       \
            sizeof(((struct language *)0)->field), required                    \
    }
#define ARGV(field, key, required)                                             \
    {                                                                          \
        key, KEY_ARGV, offsetof(struct language, field), 0, required           \
    }
    TEXT(title, "name", true),           TEXT(extensions, "extensions", true),
    TEXT(types, "types", false),         TEXT(source, "source", true),
    TEXT(artefact, "artefact", false),   ARGV(version, "version", true),
    ARGV(compile, "compile", false),     ARGV(run, "run", true),
    TEXT(zygote, "zygote", false),       ARGV(try, "try", false),
    TEXT(header, "header", false),       TEXT(with, "with", false),
    TEXT(zygote, "zygote", false),       {"time", KEY_NUMBER, 0, 0, false},
    {"memory", KEY_NUMBER, 0, 0, false}, {"processes", KEY_NUMBER, 0, 0, false},
#undef TEXT
#undef ARGV
};

enum {
    NKEYS = sizeof keys / sizeof keys[0]
};

/* Where the reader is, for messages. */
struct place {
    const char *path;
    int line;
    int faults;
};

static void
fault(struct place *at, const char *what, const char *value)
{
    log_warn("language file", "file=%s line=%d fault=\"%s\" value=\"%s\"",
             at->path, at->line, what, value);
    at->faults++;
}

static void
read_argv(struct place *at, char **argv, const char *value)
{
    size_t n = 0;
    const char *p = value;

    while (*p != '\0') {
        size_t len = strcspn(p, " \t");

        if (n == LANGUAGE_ARGS_MAX - 1) {
            fault(at, "too many arguments", value);
            break;
        }
        argv[n++] = xstrndup(p, len);
        p += len;
        p += strspn(p, " \t");
    }
    argv[n] = NULL;
}

/* What the numbers may be. */
static const struct {
    const char *name;
    double min, max;
    const char *what;
} numbers[] = {
    {"time", 0.1, 100, "expected a factor from 0.1 to 100"},
    {"memory", 0, 1e9, "expected KiB from 0 to 1e9"},
    {"processes", 1, 1024, "expected a number from 1 to 1024"},
};

static void
read_number(struct place *at, struct language *l, const char *key,
            const char *value)
{
    char *end;
    double d = strtod(value, &end);
    size_t i = 0;

    while (strcmp(numbers[i].name, key) != 0)
        i++;
    if (end == value || *end != '\0' || !isfinite(d) || d < numbers[i].min ||
        d > numbers[i].max)
        fault(at, numbers[i].what, value);
    else if (strcmp(key, "time") == 0)
        l->time_factor = d;
    else if (strcmp(key, "memory") == 0)
        l->memory_extra_kb = (int64_t)d;
    else
        l->processes = (int64_t)d;
}

static void
read_line(struct place *at, struct language *l, bool seen[NKEYS], char *line)
{
    char *value = line + strcspn(line, " \t");
    size_t i = 0;

    if (*value != '\0')
        *value++ = '\0';
    value += strspn(value, " \t");
    while (i < NKEYS && strcmp(keys[i].name, line) != 0)
        i++;
    if (i == NKEYS) {
        fault(at, "unknown key", line);
        return;
    }
    if (seen[i] || *value == '\0') {
        fault(at, seen[i] ? "given twice" : "has no value", line);
        return;
    }
    seen[i] = true;
    switch (keys[i].kind) {
    case KEY_TEXT:
        if (strlen(value) >= keys[i].size)
            fault(at, "too long", value);
        else
            memcpy((char *)l + keys[i].offset, value, strlen(value) + 1);
        break;
    case KEY_ARGV:
        read_argv(at, (char **)(void *)((char *)l + keys[i].offset), value);
        break;
    case KEY_NUMBER:
        read_number(at, l, line, value);
        break;
    }
}

static bool
has_argument(char *const *argv, const char *word)
{
    for (; *argv != NULL; argv++)
        if (strcmp(*argv, word) == 0)
            return true;
    return false;
}

/* What the words of a command are for. */
static void
check_compile(struct place *at, const struct language *l)
{
    if ((l->compile[0] == NULL) != (l->artefact[0] == '\0'))
        fault(at, "compile and artefact go together", "");
    if (l->compile[0] == NULL && (l->with[0] != '\0' || l->header[0] != '\0'))
        fault(at, "with and header are for compile", "");
    if (l->header[0] == '/' || strstr(l->header, "..") != NULL)
        fault(at, "header is what #include says", l->header);
    if (l->header[0] != '\0' && (!has_argument(l->compile, "-x") ||
                                 !has_argument(l->compile, "{source}") ||
                                 !has_argument(l->compile, "{artefact}")))
        fault(at, "header needs -x, {source} and {artefact} in compile",
              l->header);
}

/* Facts that concern more than one line. */
static void
check_whole(struct place *at, const struct language *l, const bool seen[NKEYS])
{
    at->line = 0;
    for (size_t i = 0; i < NKEYS; i++)
        if (keys[i].required && !seen[i])
            fault(at, "is missing", keys[i].name);
    check_compile(at, l);
    if (strchr(l->source, '/') != NULL || strchr(l->artefact, '/') != NULL ||
        strchr(l->with, '/') != NULL)
        fault(at, "source, artefact and with are file names, not paths", "");
    /* The PATH of a service is nobody's promise, and a version manager's
     * shim of python costs 200 ms and more. */
    if (l->version[0] != NULL && l->version[0][0] != '/')
        fault(at, "needs an absolute path", l->version[0]);
    if (l->compile[0] != NULL && l->compile[0][0] != '/')
        fault(at, "needs an absolute path", l->compile[0]);
    if (l->try[0] != NULL && l->try[0][0] != '/')
        fault(at, "needs an absolute path", l->try[0]);
    if (l->run[0] != NULL && l->run[0][0] != '/' &&
        strncmp(l->run[0], "./", 2) != 0)
        fault(at, "needs an absolute path or ./{artefact}", l->run[0]);
}

/* The file that `with` names: it stands beside the language's. */
static void
read_with(struct place *at, struct language *l)
{
    const char *slash = strrchr(at->path, '/');
    char *path = xasprintf("%.*s/%s", (int)(slash - at->path), at->path,
                           l->with);
    struct buf text = {0};

    if (buf_read_file(&text, path, WITH_FILE_MAX) == -1)
        fault(at, "cannot read the file that `with` names", path);
    else
        l->with_text = buf_take(&text, &l->with_size);
    buf_free(&text);
    free(path);
}

static int
read_file(const char *path, const char *id, struct language *l)
{
    struct place at = {path, 0, 0};
    struct buf text = {0};
    bool seen[NKEYS] = {false};
    char *line, *rest;

    memset(l, 0, sizeof *l);
    l->time_factor = 1;
    strcpy(l->zygote, "exec");
    l->processes = PROCESSES;
    if (strlen(id) >= sizeof l->id)
        fault(&at, "name too long", id);
    else
        memcpy(l->id, id, strlen(id) + 1);
    if (buf_read_file(&text, path, LANG_FILE_MAX) == -1) {
        log_errno("language file", "file=%s", path);
        buf_free(&text);
        return -1;
    }
    rest = text.data;
    while ((line = strsep(&rest, "\n")) != NULL) {
        size_t n = strlen(line);

        at.line++;
        while (n > 0 && strchr(" \t\r", line[n - 1]) != NULL)
            line[--n] = '\0';
        line += strspn(line, " \t");
        if (*line != '\0' && *line != '#')
            read_line(&at, l, seen, line);
    }
    check_whole(&at, l, seen);
    if (at.faults == 0 && l->with[0] != '\0')
        read_with(&at, l);
    buf_free(&text);
    return at.faults == 0 ? 0 : -1;
}

/* Is `word` (of `len` bytes) one of the blank-separated words of `list`? */
static bool
has_word(const char *list, const char *word, size_t len)
{
    while (*list != '\0') {
        size_t n;

        list += strspn(list, " \t");
        n = strcspn(list, " \t");
        if (n == len && n > 0 && strncasecmp(list, word, n) == 0)
            return true;
        list += n;
    }
    return false;
}

static bool
wanted(const char *only, const char *id)
{
    return only[strspn(only, " \t")] == '\0' || has_word(only, id, strlen(id));
}

/* What the folder does not have, though `only` names it. */
static int
check_only(const char *dir, const char *only, const struct language *l,
           size_t count)
{
    int faults = 0;

    while (*(only += strspn(only, " \t")) != '\0') {
        size_t n = strcspn(only, " \t");
        char *id = xstrndup(only, n);

        if (language_find(l, count, id) == NULL) {
            log_warn("language unknown", "language=%s folder=%s", id, dir);
            faults++;
        }
        free(id);
        only += n;
    }
    return faults;
}

static int
is_lang(const struct dirent *d)
{
    size_t n = strlen(d->d_name);

    return n > 5 && d->d_name[0] != '.' &&
           strcmp(d->d_name + n - 5, ".lang") == 0;
}

enum err
language_load(const char *dir, const char *only, struct language **out,
              size_t *count)
{
    struct dirent **files = NULL;
    int nfiles, faults = 0;
    struct language *list = NULL;
    size_t n = 0;

    *out = NULL;
    *count = 0;
    nfiles = scandir(dir, &files, is_lang, alphasort);
    if (nfiles == -1) {
        log_errno("language folder", "folder=%s", dir);
        return ERR_INVALID;
    }
    list = xcalloc((size_t)nfiles, sizeof *list);
    for (int i = 0; i < nfiles; i++) {
        char *name = files[i]->d_name;
        char *path = xasprintf("%s/%s", dir, name);

        name[strlen(name) - 5] = '\0';
        if (wanted(only, name) && read_file(path, name, &list[n++]) == -1)
            faults++;
        free(path);
        free(files[i]);
    }
    free(files);
    faults += check_only(dir, only, list, n);
    if (faults > 0) {
        language_free(list, n);
        return ERR_INVALID;
    }
    *out = list;
    *count = n;
    return ERR_OK;
}

const struct language *
language_find(const struct language *l, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(l[i].id, id) == 0)
            return &l[i];
    return NULL;
}

const struct language *
language_of_file(const struct language *l, size_t count, const char *filename)
{
    const char *dot = strrchr(filename, '.');

    if (dot == NULL || strchr(dot, '/') != NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (has_word(l[i].extensions, dot + 1, strlen(dot + 1)))
            return &l[i];
    return NULL;
}

const struct language *
language_of_type(const struct language *l, size_t count, const char *media_type)
{
    for (size_t i = 0; i < count; i++)
        if (has_word(l[i].types, media_type, strlen(media_type)))
            return &l[i];
    return NULL;
}

void
language_free(struct language *l, size_t count)
{
    if (l == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        char **const commands[] = {l[i].version, l[i].compile, l[i].run,
                                   l[i].try};

        for (size_t k = 0; k < sizeof commands / sizeof *commands; k++)
            for (char **p = commands[k]; *p != NULL; p++)
                free(*p);
        free(l[i].with_text);
    }
    free(l);
}
