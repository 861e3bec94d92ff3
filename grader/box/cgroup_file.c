#include "grader/box/cgroup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
cgroup_write(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    int saved = errno;
    close(fd);
    errno = saved;
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

int
cgroup_write_number(int dir, const char *name, int64_t n)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)n);
    return cgroup_write(dir, name, text);
}

int
cgroup_read(int dir, const char *name, char *text, size_t size)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    if (n < 0)
        return -1;
    text[n] = '\0';
    return 0;
}

int64_t
cgroup_read_number(int dir, const char *name)
{
    char text[64];
    return cgroup_read(dir, name, text, sizeof text) == 0 ? atoll(text) : 0;
}

/* The number after `key` in a file of "key number" lines; 0 when absent. */
int64_t
cgroup_read_key(int dir, const char *name, const char *key)
{
    char text[4096], *state = NULL;
    size_t n = strlen(key);
    if (cgroup_read(dir, name, text, sizeof text) != 0)
        return 0;
    for (char *line = strtok_r(text, "\n", &state); line != NULL;
         line = strtok_r(NULL, "\n", &state))
        if (strncmp(line, key, n) == 0 && line[n] == ' ')
            return atoll(line + n + 1);
    return 0;
}

int
cgroup_enable(const char *dir, const char *controllers)
{
    int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), rc = -1;
    if (fd >= 0) {
        rc = cgroup_write(fd, "cgroup.subtree_control", controllers);
        close(fd);
    }
    return rc;
}
