/* How much is left on the disk that takes what is accepted.
 *
 * PostgreSQL on a full disk stops (a panic where its log has no room) and may
 * not start again by itself.  So what would fill it is refused while there is
 * still room for what runs: below the reserve, disk_reserve_mb of disk_path
 * (lib/conf.h).
 */
#ifndef LIB_DISK_H
#define LIB_DISK_H

#include <stdint.h>

enum disk {
    DISK_UNWATCHED, /* no disk_path, or it cannot be asked (logged) */
    DISK_OK,
    DISK_SCARCE, /* less than twice the reserve is free */
    DISK_LOW     /* less than the reserve is free */
};

/* As it was at most a second ago: asked often, it costs nothing. */
enum disk disk_state(void);

/* Bytes that PostgreSQL's user may still fill, as old as that; -1 where it is
 * not watched. */
int64_t disk_free_bytes(void);

/* disk_reserve_mb in bytes. */
int64_t disk_reserve_bytes(void);

#endif
