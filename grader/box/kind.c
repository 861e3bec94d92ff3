/* The kinds of zygotes: which there are, and how many slots each gets.
 */
#include "grader/box/box.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SLOTS_DEFAULT = 2
};

static const struct kind all[] = {
    {.name = "exec", .file = -1, .nslots = SLOTS_DEFAULT},
    {.name = "python3",
     .tests = true,
     .warms = true,
     .file = -1,
     .nslots = SLOTS_DEFAULT},
    {.name = "node",
     .program = "/usr/bin/node",
     .file = -1,
     .nslots = SLOTS_DEFAULT},
};

enum {
    KINDS = sizeof all / sizeof all[0]
};

_Static_assert((int)KINDS <= (int)BOX_KINDS_MAX, "room for all");

static void
kinds_init(void)
{
    if (box.nkinds == 0)
        memcpy(box.kinds, all, sizeof all);
    box.nkinds = KINDS;
}

bool
kinds_slots(const char *text)
{
    const char *eq = strchr(text, '=');
    const char *number = eq != NULL ? eq + 1 : text;
    char *end = NULL;
    unsigned long n = strtoul(number, &end, 10);
    bool found = false;
    kinds_init();
    if (*number < '0' || *number > '9' || *end != '\0' || n < 1 ||
        n > BOX_SLOTS_MAX)
        return false;
    for (size_t i = 0; i < box.nkinds; i++) {
        struct kind *k = &box.kinds[i];
        if (eq == NULL || (strlen(k->name) == (size_t)(eq - text) &&
                           strncmp(k->name, text, (size_t)(eq - text)) == 0)) {
            k->nslots = n;
            found = true;
        }
    }
    return found;
}

/* The zygote's.  It is executed by a nobody of a fresh user namespace, so
 * others must be able to.  1: there is none. */
static int
open_program(struct kind *k, const char *folder)
{
    char file[2 * PATH_MAX];
    struct stat st;
    if (k->program != NULL && access(k->program, X_OK) != 0)
        return 1;
    snprintf(file, sizeof file, "%s/%s", folder, k->name);
    k->file = open(file, O_RDONLY | O_CLOEXEC);
    if (k->file < 0 && errno == ENOENT)
        return 1;
    if (k->file < 0 || fstat(k->file, &st) != 0) {
        note_errno("cannot open zygote", "file=%s", file);
        return -1;
    }
    if (box.root && (st.st_mode & 0005) != 0005) {
        note("zygote not executable by others", "file=%s", file);
        return -1;
    }
    return 0;
}

int
kinds_open(const char *exec)
{
    char self[PATH_MAX] = "", folder[PATH_MAX + 16];
    kinds_init();
    if (exec == NULL) {
        ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
        if (n < 0)
            return -1;
        snprintf(folder, sizeof folder, "%s/../zygotes", dirname(self));
    } else {
        snprintf(self, sizeof self, "%s", exec);
        snprintf(folder, sizeof folder, "%s", dirname(self));
    }
    box.nslots = 0;
    for (size_t i = 0; i < box.nkinds; i++) {
        int rc = open_program(&box.kinds[i], folder);
        if (rc < 0 || (rc > 0 && i == 0)) {
            if (rc > 0)
                note("no zygote", "file=%s/%s", folder, box.kinds[i].name);
            return -1;
        }
        if (rc == 0)
            box.nslots += box.kinds[i].nslots;
    }
    return 0;
}

struct kind *
kind_find(const char *name)
{
    for (size_t i = 0; i < box.nkinds; i++)
        if (box.kinds[i].file >= 0 && strcmp(box.kinds[i].name, name) == 0)
            return &box.kinds[i];
    return NULL;
}

void
kinds_list(char *text, size_t size)
{
    size_t used = 0;
    *text = '\0';
    for (size_t i = 0; i < box.nkinds && used < size; i++)
        if (box.kinds[i].file >= 0)
            used += (size_t)snprintf(text + used, size - used, "%s%s",
                                     used > 0 ? " " : "", box.kinds[i].name);
}
