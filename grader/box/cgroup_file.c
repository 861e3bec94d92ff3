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
cgroup_read_key(int dir, const char *name, const char *key)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    int64_t n = cgroup_count(fd, key);
    close(fd);
    return n;
}

int64_t
cgroup_count(int fd, const char *key)
{
    char text[4096], *state = NULL;
    ssize_t got = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
    if (got < 0)
        return 0;
    text[got] = '\0';
    if (key == NULL)
        return atoll(text);
    size_t n = strlen(key);
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
