"""F3: who takes a hand-in is killed at every step of it.  The student sends it
again with its key: there must be one row."""
import signal
import subprocess
import threading
import time

from faults import Fault, Missed
from points import kill_at, quick, wait_for
from stack import StackError, send


def at_point(point):
    def inject(chaos, rng):
        del rng
        kill_at(chaos, point, careful=False)
    return inject


def kill_workers(chaos, rng):
    """Any workers of any handlers."""
    for _ in range(rng.randint(2, 5)):
        name = rng.choice(["submissions", "submissions", "wait", "users",
                           "authorize", "session", "status", "assignments"])
        victims = chaos.stack.children(name)
        if victims and send(rng.choice(victims), signal.SIGKILL):
            chaos.killed()
        time.sleep(rng.uniform(0.05, 0.5))
    if not chaos.event().kills:
        raise Missed("no handler was up")


def kill_handler(chaos, rng):
    name = rng.choice(["submissions", "submissions", "wait", "authorize"])
    if not chaos.stack.kill(name):
        raise Missed("it was not up")
    chaos.killed()


def locked_table(chaos):
    """A psql that holds up every INSERT until its input ends."""
    psql = subprocess.Popen(chaos.stack.psql(), text=True, errors="replace", bufsize=1,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    psql.stdin.write("BEGIN; SET LOCAL lock_timeout = '2s';\n"
                     "LOCK TABLE submissions IN EXCLUSIVE MODE;\n"
                     "SELECT 'locked';\n")
    if psql.stdout.readline().strip() != "locked":
        psql.kill()
        psql.wait()
        raise Missed("the table could not be locked")
    return psql


def in_insert(chaos, rng):
    """hand_in() stands in the middle of its statement, its worker dies.  The
    statement goes on without it, and commits."""
    del rng
    with chaos.load.borrowed() as student:
        rows = f"SELECT count(*) FROM submissions WHERE user_id = '{student.id}'"
        before = int(chaos.stack.one(rows))
        sub = chaos.make(student, quick(chaos))
        psql = locked_table(chaos)
        sending = threading.Thread(target=student.submit,
                                   args=(sub, chaos.deadline), daemon=True)
        try:
            sending.start()
            waits = wait_for(lambda: chaos.stack.one(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = "
                "'assay_web' AND wait_event_type = 'Lock' "
                "AND query LIKE '%hand_in%'") != "0", 1.2, 0.01)
            if waits:
                for pid in chaos.stack.children("submissions"):
                    if send(pid, signal.SIGKILL):
                        chaos.killed()
        except StackError:
            waits = False  # PostgreSQL went away with it
        finally:
            psql.stdin.close()
            psql.wait(20)
            psql.stdout.close()
        chaos.healed()
        sending.join(max(1, chaos.deadline - time.monotonic()))
        if sub.id is not None:
            student.see(sub, chaos.deadline)
        chaos.event().facts["rows"] = (rows, before + 1, len(sub.tries))
    if not waits:
        raise Missed("nobody came to the INSERT in time")


def one_row(chaos, event):
    rows, wanted, tries = event.facts["rows"]
    found = int(chaos.stack.one(rows))
    if found != wanted:
        return [f"F3 {found} rows instead of {wanted}"]
    if tries < 2 and chaos.alone:
        return ["F3 the killed worker's client had its answer nevertheless"]
    return []


FAULTS = [
    Fault("F3", "kill workers of handlers", kill_workers, weight=2,
          killer=True),
    Fault("F3", "kill a whole handler", kill_handler),
    Fault("F3", "kill during the INSERT", in_insert, one_row, seconds=4),
    *[Fault("F3", f"kill at {p}", at_point(p), seconds=5)
      for p in ("submit.start", "submit.committed", "submit.rung")],
]
