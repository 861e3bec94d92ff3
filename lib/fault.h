/* Crash points: where a test wants this process to die, exactly here.
 *
 * Only the test builds (debug, asan) have them; in a release FAULT() is
 * nothing.  FAULT("submit.committed") looks for the file
 * run_dir/faults/submit.committed; the one process that manages to unlink it
 * does what it says: `kill` (SIGKILL to itself), `stop` (SIGSTOP to itself),
 * `abort`, or `sleep MS`.
 *
 *   submit.start       POST was read, nothing is stored
 *   submit.committed   stored; the queue is not rung
 *   submit.rung        rung; the client has no answer
 *   claim.before       an entry was read, nothing is claimed
 *   claim.claimed      the row is ours; nothing was run
 *   judge.test         one more test has ended
 *   store.before       judged, not stored
 *   store.stored       stored; the entry is not acknowledged
 *   done.acked         acknowledged (XACK), not deleted (XDEL)
 *   publish.before     acknowledged and deleted; nobody was told
 *   publish.belled     the bell of ?wait= rang; the pages were not told
 *   handback.stored    the row is queued again; not rung
 *   giveup.stored      the lease was shortened; the entry is not acknowledged
 *   janitor.ring       about to ring for a row that had no entry
 *   janitor.reclaimed  entries of the silent are ours, not yet deleted
 *   janitor.parked     parked; nobody was told
 */
#ifndef LIB_FAULT_H
#define LIB_FAULT_H

#ifdef ASSAY_FAULTS
void fault_point(const char *name);
#define FAULT(name) fault_point(name)
#else
#define FAULT(name) ((void)0)
#endif

#endif
