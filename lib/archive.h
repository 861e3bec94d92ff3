/* Archives in memory: tar, tar.gz and zip, as somebody else sent them; and
 * our own canonical tar.gz.  The only file that knows libarchive
 * (https://www.libarchive.org/).
 *
 * Nothing is ever unpacked to disk, so there is nowhere to slip to; still,
 * names that could are refused, because whoever reads the list later may use
 * them as paths.  Refused, too: links, devices, encrypted entries, duplicate
 * names, and whatever exceeds the caps, counted while reading (a header's
 * sizes are claims only).  Quietly left out: hidden files, editors' backups,
 * byte code, what a Mac adds.
 */
#ifndef LIB_ARCHIVE_H
#define LIB_ARCHIVE_H

#include "lib/err.h"
#include "lib/mem.h"

#include <stddef.h>

struct archive_entry_data { /* a regular file */
    char *name;             /* "data/sample/01.in": no "..", not absolute */
    char *data;             /* followed by a NUL */
    size_t size;
};

struct archive_list {
    struct archive_entry_data *entry; /* sorted by name */
    size_t count;
};

struct archive_caps {
    size_t entries; /* files and folders */
    size_t bytes;   /* of all contents together */
    size_t ratio;   /* contents over archive bytes; checked from 1 MiB on */
};

/* Read a whole archive.  A single top folder that holds everything is taken
 * off the names.  ERR_INVALID: `why` got a line `NAME: what` per fault. */
enum err archive_read(const void *data, size_t size,
                      const struct archive_caps *caps, struct archive_list *out,
                      struct buf *why);
void archive_list_free(struct archive_list *l);

/* The files of a folder and its folders, as if they had come in an archive:
 * the same is left out (hidden files, editors' backups), the same refused.
 * ERR_NOT_FOUND: there is no such folder. */
enum err archive_read_dir(const char *dir, const struct archive_caps *caps,
                          struct archive_list *out, struct buf *why);

/* Write them as tar.gz in the order of their names, with no times, owners or
 * other facts of the machine: the same files give the same bytes. */
void archive_write(const struct archive_list *l, struct buf *out);

#endif
