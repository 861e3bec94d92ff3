#include "lib/disk.h"

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"

#include <stdbool.h>
#include <sys/statvfs.h>

enum {
    FRESH_MS = 1000,
    MEGABYTE = 1 << 20
};

/* Not disk_path's own reserve for root: PostgreSQL is never root. */
static int64_t
ask(void)
{
    static bool failed; /* said once, not each second */
    const char *path = conf()->disk_path;
    struct statvfs v;

    if (*path == '\0')
        return -1;
    if (statvfs(path, &v) != 0) {
        if (!failed)
            log_errno("cannot watch the disk", "disk_path=%s", path);
        failed = true;
        return -1;
    }
    failed = false;
    return (int64_t)(v.f_bavail * v.f_frsize);
}

int64_t
disk_free_bytes(void)
{
    static int64_t bytes = -1, asked;
    int64_t now = clock_ms();

    if (asked == 0 || now - asked >= FRESH_MS) {
        bytes = ask();
        asked = now;
    }
    return bytes;
}

int64_t
disk_reserve_bytes(void)
{
    return conf()->disk_reserve_mb * MEGABYTE;
}

enum disk
disk_state(void)
{
    int64_t free_bytes = disk_free_bytes(), reserve = disk_reserve_bytes();

    if (free_bytes < 0)
        return DISK_UNWATCHED;
    if (free_bytes < reserve)
        return DISK_LOW;
    return free_bytes < 2 * reserve ? DISK_SCARCE : DISK_OK;
}
