/* Everything that graderd says is checked before a slot sees it: graderd holds
 * secrets and talks to the network, box holds the privilege, and the one must
 * not get the other's by asking oddly.
 */
#include "grader/box/box.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

static bool
name_ok(const char *name)
{
    static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = strnlen(name, BOX_NAME_MAX);
    return n > 0 && n < BOX_NAME_MAX && strspn(name, chars) == n &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool
within(int64_t n, int64_t min, int64_t max)
{
    return n >= min && n <= max;
}

/* Of the tests of a split run. */
static const char *
tests_fault(const struct box_limits *l)
{
    if (!within(l->cpu_ms, 1, BOX_TIME_MAX_MS) ||
        !within(l->memory_kb, BOX_MEMORY_MIN_KB, BOX_MEMORY_MAX_KB) ||
        !within(l->processes, 1, BOX_PROCESSES_MAX) ||
        !within(l->output_kb, 1, BOX_OUTPUT_MAX_KB))
        return "a limit of the tests is out of range";
    return NULL;
}

static const char *
limits_fault(const struct box_limits *l)
{
    if (!within(l->cpu_ms, 1, BOX_TIME_MAX_MS))
        return "cpu_ms out of range";
    if (!within(l->wall_ms, 1, BOX_TIME_MAX_MS))
        return "wall_ms out of range";
    if (!within(l->memory_kb, BOX_MEMORY_MIN_KB, BOX_MEMORY_MAX_KB))
        return "memory_kb out of range";
    if (!within(l->processes, 1, BOX_PROCESSES_MAX))
        return "processes out of range";
    if (!within(l->output_kb, 1, BOX_OUTPUT_MAX_KB))
        return "output_kb out of range";
    if (!within(l->disk_kb, BOX_DISK_MIN_KB, BOX_DISK_MAX_KB))
        return "disk_kb out of range";
    return NULL;
}

static const char *
files_fault(const struct box_run *q)
{
    if (q->nfiles > BOX_FILES_MAX)
        return "too many files";
    for (size_t i = 0; i < q->nfiles; i++) {
        const struct box_file *f = &q->file[i];
        if (!name_ok(f->name))
            return "bad name of a file";
        if (f->mode != 0444 && f->mode != 0555)
            return "mode of a file is neither 0444 nor 0555";
        if (f->for_tests > ((q->flags & BOX_SPLIT) != 0))
            return "a file for tests that there are not";
        for (size_t k = 0; k < i; k++)
            if (strcmp(q->file[k].name, f->name) == 0)
                return "two files of one name";
    }
    if (memchr(q->artefact, '\0', sizeof q->artefact) == NULL ||
        (q->artefact[0] != '\0' && !name_ok(q->artefact)))
        return "bad name of the artefact";
    return NULL;
}

/* argv[0] is an absolute path, or "./NAME" of a file that may be executed; a
 * word, for zygotes that are the program themselves; or the one program that a
 * zygote executes. */
static const char *
program_fault(const struct box_run *q)
{
    const struct kind *kind = kind_find(q->zygote);
    if (kind != NULL && kind->program != NULL)
        return strcmp(q->text, kind->program) == 0
                   ? NULL
                   : "argv[0] is not this zygote's program";
    if (strcmp(q->zygote, "exec") != 0)
        return name_ok(q->text) ? NULL : "argv[0] is not a word";
    if (q->text[0] == '/')
        return NULL;
    if (strncmp(q->text, "./", 2) == 0)
        for (size_t i = 0; i < q->nfiles; i++)
            if (q->file[i].mode == 0555 &&
                strcmp(q->file[i].name, q->text + 2) == 0)
                return NULL;
    return "argv[0] is neither absolute nor a file of mode 0555";
}

static const char *
text_fault(const struct box_run *q)
{
    if (q->argc < 1 || q->argc > BOX_ARGS_MAX || q->envc > BOX_ENV_MAX)
        return "too many or no arguments or variables";
    const char *p = q->text, *end = q->text + q->text_size;
    for (uint32_t i = 0; i < q->argc + q->envc; i++) {
        const char *nul = memchr(p, '\0', (size_t)(end - p));
        if (nul == NULL)
            return "argv and env are cut";
        if (i >= q->argc && (*p == '=' || strchr(p, '=') == NULL))
            return "a variable without a name";
        p = nul + 1;
    }
    return p == end ? program_fault(q) : "bytes after argv and env";
}

/* Only memfds (and other tmpfs files, which graderd could read anyway) have
 * seals; asking for them refuses devices, O_PATH handles and foreign files,
 * so that no descriptor gains rights by passing through us. */
static bool
memfd_ok(int fd, bool sealed)
{
    enum {
        FIXED = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE
    };
    struct stat st;
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    return sealed ? (seals & FIXED) == FIXED : (seals & F_SEAL_WRITE) == 0;
}

static bool
output_ok(int fd)
{
    return memfd_ok(fd, false) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR;
}

static bool
channel_ok(int fd)
{
    int domain = 0;
    socklen_t size = sizeof domain;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
           domain == AF_UNIX;
}

static const char *
descriptors_fault(const struct box_run *q, const int *fds, size_t nfds)
{
    size_t i = 2;
    size_t want = 2 + q->nfiles + ((q->flags & BOX_HAS_STDIN) != 0) +
                  ((q->flags & BOX_HAS_CHANNEL) != 0) +
                  ((q->flags & BOX_SPLIT) != 0);
    if (nfds != want)
        return "not as many descriptors as the request says";
    for (size_t k = 0; k < 2; k++)
        if (!output_ok(fds[k]))
            return "stdout or stderr is not a memfd";
    if ((q->flags & BOX_HAS_STDIN) && !memfd_ok(fds[i++], true))
        return "stdin is not a sealed memfd";
    if ((q->flags & BOX_HAS_CHANNEL) && !channel_ok(fds[i++]))
        return "the channel is not a unix socket";
    if ((q->flags & BOX_SPLIT) && !output_ok(fds[i++]))
        return "the tests' output is not a memfd";
    for (; i < nfds; i++)
        if (!memfd_ok(fds[i], true))
            return "a file is not a sealed memfd";
    return NULL;
}

static const char *
split_fault(const struct box_run *q, const struct kind *kind)
{
    if (!kind->tests)
        return "this zygote has no tests";
    if ((q->flags & BOX_HAS_CHANNEL) == 0)
        return "a split run without a channel";
    return tests_fault(&q->tests);
}

const char *
request_fault(const struct box_run *q, size_t size, const int *fds, size_t nfds)
{
    const struct kind *kind = NULL;
    const char *why = NULL;
    if (size < offsetof(struct box_run, text) || q->type != BOX_RUN)
        return "not a request";
    if (q->text_size > BOX_TEXT_MAX ||
        size != offsetof(struct box_run, text) + q->text_size)
        return "wrong size";
    if ((q->flags & ~(uint32_t)BOX_FLAGS) != 0)
        return "unknown flags";
    if (memchr(q->zygote, '\0', sizeof q->zygote) == NULL ||
        (kind = kind_find(q->zygote)) == NULL)
        return "no such zygote";
    if ((q->flags & BOX_SPLIT) && (why = split_fault(q, kind)) != NULL)
        return why;
    if ((why = limits_fault(&q->limits)) != NULL ||
        (why = files_fault(q)) != NULL || (why = text_fault(q)) != NULL)
        return why;
    return descriptors_fault(q, fds, nfds);
}
