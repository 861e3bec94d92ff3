/* The small files of a cgroup's folder.
 */
#ifndef GRADER_BOX_CGROUP_FILE_H
#define GRADER_BOX_CGROUP_FILE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DIR_ROOM = PATH_MAX - 64 /* of a path that gets names appended */
};

/* `dir` is a folder's descriptor.  0, or -1 with errno. */
int cgroup_write(int dir, const char *name, const char *text);
int cgroup_write_number(int dir, const char *name, int64_t n);
/* At most size - 1 bytes, NUL-terminated. */
int cgroup_read(int dir, const char *name, char *text, size_t size);
/* The number after `key` in a file of "key number" lines; 0 when it is absent
 * or cannot be read. */
int64_t cgroup_read_key(int dir, const char *name, const char *key);
/* The same of an open file (`key` NULL: it is one number). */
int64_t cgroup_count(int fd, const char *key);
/* Version 2: give the children of `dir` these controllers ("+memory +pids"). */
int cgroup_enable(const char *dir, const char *controllers);

#endif
