"""F22: the whole host is lost, and restored from a dump made while it worked.

What was acknowledged before the dump began is judged, also what only waited in
the queue; sessions go on, because tokens are in the dump; Redis is empty.  What
was acknowledged after the dump began may be lost: that is what a dump is, and
these submissions are taken off the books."""
import os
import shutil
import subprocess
import threading
import time
import uuid

import probe
from faults import Fault, Missed
from load import Student
from stack import ROOT

BEFORE, AFTER = 10, 6


def students(chaos, count):
    """New ones, who leave when it is over."""
    made = []
    for _ in range(count):
        student = Student(chaos.load, f"chaos-dump-{uuid.uuid4().hex}")
        student.sign_up(chaos.deadline)
        made.append(student)
    return made


def until_quiet(chaos, deadline):
    """Everything of the round is judged: what is lost from here on is known."""
    while time.monotonic() < deadline:
        time.sleep(0.3)
        if time.monotonic() > chaos.event().at + 9 and chaos.is_quiet():
            return
    raise Missed("the round's work did not end in time")


def dump(chaos, path):
    """pg_dump, as docs/OPERATIONS.md says."""
    with open(path, "wb") as out:
        subprocess.run(
            ["pg_dump", "-h", str(chaos.stack.dir / "pg" / "run"), "-U",
             "postgres", "-d", "assay"], stdout=out, check=True,
            stdin=subprocess.DEVNULL)


def load_dump(chaos, path):
    """Into a cluster that has nothing, not even our roles."""
    psql = ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-h",
            str(chaos.stack.dir / "pg" / "run"), "-U", "postgres"]
    for words in (["-d", "postgres", "-c", "CREATE DATABASE assay"],
                  ["-d", "assay", "-f", str(ROOT / "sql" / "roles.sql")],
                  ["-d", "assay", "-f", str(path)]):
        chaos.stack.run(psql + words)


def destroy(chaos):
    """Nothing of PostgreSQL, nothing of Redis but its password."""
    folder = chaos.stack.dir
    lost = folder / "pg" / f"lost.{chaos.round}"
    (folder / "pg" / "data").rename(lost)
    # a backend may still be dying there
    shutil.rmtree(lost, ignore_errors=True)
    shutil.rmtree(folder / "redis" / "appendonlydir", ignore_errors=True)


def lose_all(chaos, rng):
    stack = chaos.stack
    until_quiet(chaos, time.monotonic() + 60)
    early, late = students(chaos, BEFORE), students(chaos, AFTER)
    path = stack.dir / "assay.dump"
    programs = [p for p in chaos.programs if p.weight >= 0.6]
    make = lambda s: chaos.make(s, rng.choice(programs))
    known = [make(s) for s in early]
    lost = [make(s) for s in late]
    with stack.held(*stack.graders):
        for name in stack.graders:
            stack.stop(name)
        for sub in known: # they wait in the queue
            sub.student.submit(sub, chaos.deadline)
        dumping = threading.Thread(target=dump, args=(chaos, path))
        dumping.start()
        for sub in lost[::2]: # the dump may have them or not
            sub.student.submit(sub, chaos.deadline)
        dumping.join()
        for sub in lost[1::2]: # it has not
            sub.student.submit(sub, chaos.deadline)
        names = ["nginx", *stack.handlers(), "box", "redis", "postgres"]
        with stack.held(*names):
            pids = [stack.pid(n) for n in names]
            chaos.killed(stack.kill_tree(names))
            await_gone(pids)
            destroy(chaos)
            stack.start("postgres")
            load_dump(chaos, path)
    os.unlink(path)
    take_off(chaos, lost)
    await_up(chaos)
    chaos.event().facts["known"] = known
    for sub in known:
        sub.student.see(sub, chaos.deadline)
    probe.hand_in(chaos)


def await_gone(pids):
    """Also as zombies: to PostgreSQL's lock file they are alive."""
    end = time.monotonic() + 20
    while any(p and os.path.exists(f"/proc/{p}") for p in pids):
        if time.monotonic() > end:
            raise AssertionError("they outlive SIGKILL")
        time.sleep(0.02)


def await_up(chaos):
    end = time.monotonic() + 60
    while not chaos.stack.all_up():
        if time.monotonic() > end:
            raise AssertionError("not all is up again")
        time.sleep(0.1)


def take_off(chaos, lost):
    """The documented loss: acknowledged after the dump began."""
    there = {row[0] for row in chaos.stack.sql(
        "SELECT s.id FROM submissions s JOIN users u ON u.id = s.user_id "
        "WHERE u.name LIKE 'chaos-dump-%'")}
    gone = [s for s in lost if str(s.id) not in there]
    with chaos.load.lock:
        for sub in gone:
            chaos.load.submissions.remove(sub)
    chaos.event().facts["lost"] = len(gone)
    for sub in lost:
        if sub not in gone:
            threading.Thread(target=sub.student.see, daemon=True,
                             args=(sub, chaos.deadline)).start()
    chaos.watched.seen = min(chaos.watched.seen, int(chaos.stack.one(
        "SELECT coalesce(max(n), 0) FROM chaos.log")))


def verify(_, event):
    """Tokens were in the dump: nobody has to log in again."""
    return [f"F22 {sub.student.name}: GET /api/me is {status} after the restore"
            for sub in event.facts.get("known", ())
            if (status := sub.student.request("GET", "/api/me").status) != 200]


FAULTS = [
    Fault("F22", "all is lost and restored from a dump", lose_all, verify,
          alone=True, short=False, seconds=90),
]
