/* The janitor: one process of every graderd.  It says which runtimes this host
 * has, and, one janitor at a time on all hosts, mends what accidents left.
 */
#ifndef GRADER_JANITOR_H
#define GRADER_JANITOR_H

#include "grader/worker.h"

/* Until SIGTERM.  Logs `ready tokens=N languages=…` once PostgreSQL and the
 * box have answered and the runtimes are registered.  The exit status. */
int janitor_main(const struct worker_setup *setup);

#endif
