/* Counters that several processes share: a mapped file of named, atomic
 * numbers under run_dir, one file a program.  cgi-bin/status.c sums them for
 * /metrics.  They survive a restart, as Prometheus likes it.
 */
#ifndef LIB_COUNTERS_H
#define LIB_COUNTERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    COUNTERS_MAX = 64,
    COUNTER_NAME_MAX = 120
};

typedef _Atomic uint64_t counter;

struct counters; /* a mapping; never unmapped */

/* Map run_dir/`program`.counters for writing, made where it is missing.  When
 * that fails (logged) the numbers are kept in memory only.  Call before
 * forking, so that the workers share it.  Never NULL. */
struct counters *counters_open(const char *program);

/* The counter of this name, a Prometheus series with its labels such as
 * `assay_requests_total{program="users",status="2xx"}`, made where it is
 * missing.  Call before forking.  Never NULL. */
counter *counters_get(struct counters *c, const char *name);

/* Call `each` for every counter of one file.  0, or -1 when it is not there or
 * not one of ours. */
int counters_read(const char *path,
                  void (*each)(void *cookie, const char *name, uint64_t value),
                  void *cookie);

#endif
