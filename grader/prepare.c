#include "grader/prepare.h"

#include "grader/judge_internal.h"
#include "grader/probe.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/secret.h"
#include "lib/text.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAKE_MS = 300 * 1000, /* in the background, on a busy host */
    SAID_KEEP = 500       /* bytes of a failed compiler's words */
};

/* Where things are, for one language; all of it to be freed. */
struct place {
    char *part;   /* the new .gch */
    char *source; /* a file that includes the header, and nothing else */
    char *gch;
    char *stamp;
};

static void
place_of(const struct language *l, struct place *p)
{
    const char *state = conf()->state_dir;

    p->part = xasprintf("%s/prepare/%s.gch", state, l->id);
    p->source = xasprintf("%s/prepare/%s.h", state, l->id);
    p->gch = xasprintf("%s/shown/%s/%s.gch", state, l->id, l->header);
    p->stamp = xasprintf("%s/shown/%s/made-for", state, l->id);
}

static void
place_free(struct place *p)
{
    free(p->part);
    free(p->source);
    free(p->gch);
    free(p->stamp);
}

/* The folders above `path`, from state_dir on; programs in the box may read
 * them, whatever our umask. */
static bool
make_folders(const char *path)
{
    char *copy = xstrdup(path);
    bool ok = true;

    for (char *p = copy + strlen(conf()->state_dir) + 1;
         ok && (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        ok = mkdir(copy, 0755) == 0 ? chmod(copy, 0755) == 0 : errno == EEXIST;
        *p = '/';
    }
    free(copy);
    return ok;
}

static bool
write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    size_t n = strlen(text);
    bool ok = fd >= 0 && write(fd, text, n) == (ssize_t)n;

    if (fd >= 0 && close(fd) != 0)
        ok = false;
    return ok;
}

/* The language's own words, but for a header: `-x c++` is `-x c++-header`. */
static char **
command_of(const struct language *l, const struct place *p)
{
    char **argv = xcalloc(LANGUAGE_ARGS_MAX + 1, sizeof *argv);
    size_t n = 0;

    for (; l->compile[n] != NULL; n++) {
        const char *word = l->compile[n];

        if (n > 0 && strcmp(l->compile[n - 1], "-x") == 0)
            argv[n] = xasprintf("%s-header", word);
        else if (strcmp(word, "{source}") == 0)
            argv[n] = xstrdup(p->source);
        else if (strcmp(word, "{artefact}") == 0)
            argv[n] = xstrdup(p->part);
        else
            argv[n] = xstrdup(word);
    }
    return argv;
}

/* What the .gch is good for: one build of the language, and these words. */
static char *
stamp_of(const struct language *l, char *const *argv)
{
    struct buf b = {0};
    unsigned char hash[SECRET_HASH_SIZE];
    char *hex = xcalloc(1, 2 * sizeof hash + 1);

    buf_fmt(&b, "%s\n%s\n", l->build, l->header);
    for (; *argv != NULL; argv++)
        buf_fmt(&b, "%s\n", *argv);
    secret_hash(b.data, b.size, hash);
    secret_hex(hash, sizeof hash, hex);
    buf_free(&b);
    return hex;
}

static bool
is_there(const struct place *p, const char *stamp)
{
    struct buf b = {0};
    bool yes = access(p->gch, R_OK) == 0 &&
               buf_read_file(&b, p->stamp, 4096) == 0 &&
               strcmp(b.data, stamp) == 0;

    buf_free(&b);
    return yes;
}

/* Onto the disk before it has its name: gcc looks at the head of a .gch only,
 * and would stumble over one that a power cut left half. */
static bool
settle(const struct place *p, const char *stamp)
{
    int fd = open(p->part, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fchmod(fd, 0644) == 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return ok && (unlink(p->stamp) == 0 || errno == ENOENT) &&
           rename(p->part, p->gch) == 0 && write_file(p->stamp, stamp) &&
           chmod(p->stamp, 0644) == 0;
}

static void
make(const struct language *l, const struct place *p, char *const *argv,
     const char *stamp)
{
    char *text = xasprintf("#include <%s>\n", l->header);
    struct buf said = {0};
    int64_t began = clock_ms();
    int status = -1;
    bool ok = make_folders(p->part) && make_folders(p->gch) &&
              write_file(p->source, text);

    if (!ok)
        log_errno("cannot compile a header ahead", "language=%s file=%s", l->id,
                  p->gch);
    else if ((status = probe_run(argv, MAKE_MS, &said)) != 0) {
        char *words = text_clean(said.data ? said.data : "", said.size,
                                 SAID_KEEP);

        log_warn("cannot compile a header ahead",
                 "language=%s status=%d said=\"%s\"", l->id, status, words);
        free(words);
    } else if (!settle(p, stamp))
        log_errno("cannot keep a compiled header", "file=%s", p->gch);
    else
        log_info("header compiled ahead", "language=%s header=%s ms=%lld",
                 l->id, l->header, (long long)(clock_ms() - began));
    unlink(p->part);
    unlink(p->source);
    buf_free(&said);
    free(text);
}

static void
prepare_one(const struct language *l)
{
    struct place p;
    char **argv, *stamp;

    place_of(l, &p);
    argv = command_of(l, &p);
    stamp = stamp_of(l, argv);
    if (!is_there(&p, stamp))
        make(l, &p, argv, stamp);
    free(stamp);
    judge_argv_free(argv);
    place_free(&p);
}

void
prepare_languages(const struct language *l, size_t count)
{
    char *lock = xasprintf("%s/prepare.lock", conf()->state_dir);
    int fd = open(lock, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        log_errno("cannot compile headers ahead", "file=%s", lock);
    else if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        for (size_t i = 0; i < count; i++)
            if (l[i].header[0] != '\0' && l[i].build[0] != '\0')
                prepare_one(&l[i]);
    if (fd >= 0)
        close(fd);
    free(lock);
}
