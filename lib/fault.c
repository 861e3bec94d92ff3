#include "lib/fault.h"

#ifdef ASSAY_FAULTS

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ORDER_MAX = 64
};

static void
obey(const char *name, const char *order)
{
    log_warn("fault", "point=%s order=\"%s\"", name, order);
    if (strncmp(order, "sleep ", 6) == 0)
        clock_sleep(atoi(order + 6));
    else if (strcmp(order, "stop") == 0)
        raise(SIGSTOP);
    else if (strcmp(order, "abort") == 0)
        abort();
    else
        raise(SIGKILL);
}

void
fault_point(const char *name)
{
    struct buf order = {0};
    char *path = xasprintf("%s/faults/%s", conf()->run_dir, name);

    if (access(path, F_OK) == 0 &&
        buf_read_file(&order, path, ORDER_MAX) == 0 && unlink(path) == 0) {
        order.data[strcspn(order.data, "\n")] = '\0';
        obey(name, order.data);
    }
    buf_free(&order);
    free(path);
}

#endif
