/* Looking for a node that was started ahead of its job.
 */
#ifndef TEST_HOSTILE_AHEAD_H
#define TEST_HOSTILE_AHEAD_H

#include <stdbool.h>

/* Is this process one that waits in the trap (grader/zygote/node/node.c)? */
bool ahead_waits(int pid);
/* How many wait in the slots of this box. */
int ahead_count(int box_pid);
/* Does a program of this name run below? */
bool ahead_runs(int pid, const char *name);
/* Until so many wait; false: they did not in time. */
bool ahead_await(int box_pid, int n);

#endif
