"""F17: graders and handlers are told to stop (SIGTERM) under load, as at an
update.  F19: everything is killed at once, as by a power cut, and comes up in
any order."""
import threading
import time

from faults import Fault
from points import sleeper, hand_in

DRAIN_SECONDS = 1
STOP_SECONDS = DRAIN_SECONDS + 3  # what a stop may take, on a busy host


# -- F17 ------------------------------------------------------------------

def stop_in_time(chaos, name):
    start = time.monotonic()
    chaos.stack.stop(name)
    took = time.monotonic() - start
    if took > STOP_SECONDS and chaos.alone:
        raise AssertionError(f"{name} took {took:.1f} s to stop")
    chaos.stack.start(name)


def roll_graders(chaos, rng):
    """One after the other, while a long run is somewhere."""
    with chaos.load.borrowed() as student:
        sub = chaos.make(student, sleeper(chaos, 0.3))
        hand_in(chaos, student, sub)
        time.sleep(rng.uniform(0, 1))
        names = list(chaos.stack.graders)
        rng.shuffle(names)
        for name in names:
            stop_in_time(chaos, name)
        chaos.healed()
        student.see(sub, chaos.deadline)


def stop_graders(chaos, rng):
    """All at once: nobody grades for a moment."""
    with chaos.stack.held(*chaos.stack.graders):
        stops = [threading.Thread(target=chaos.stack.stop, args=(name,))
                 for name in chaos.stack.graders]
        for stop in stops:
            stop.start()
        for stop in stops:
            stop.join()
        time.sleep(rng.uniform(0, 1))


def stop_handlers(chaos, rng):
    """Every handler, in any order; clients in their hands are answered."""
    for name in rng.sample(chaos.stack.handlers(),
                           len(chaos.stack.handlers())):
        stop_in_time(chaos, name)


def no_crash(chaos, event):
    """Alone: an orderly stop costs no grading a crash."""
    del event
    if not chaos.alone:
        return []
    return [f"F17 grading {number} has {crashes} crashes" for number, crashes
            in chaos.stack.sql(
                "SELECT DISTINCT g.id, g.crashes FROM gradings g "
                "JOIN submissions s ON s.grading_id = g.id "
                f"WHERE g.crashes > 0 AND s.id IN ({chaos.ids()})")]


# -- F19 ------------------------------------------------------------------

def start_in_any_order(chaos, rng, names):
    """Each beside the others, so that none waits for what it needs; one whose
    start fails for that (graderd, without PostgreSQL) the keeper starts."""
    names = rng.sample(names, len(names))
    for name in names:
        chaos.stack.revive(name)
        time.sleep(rng.uniform(0, 0.3))


def power_cut(names=None):
    def inject(chaos, rng):
        victims = names or chaos.stack.names()
        with chaos.stack.held(*victims):
            chaos.killed(chaos.stack.kill_tree(victims))
            time.sleep(rng.uniform(0, 1.5))
            start_in_any_order(chaos, rng, victims)
    return inject


FAULTS = [
    Fault("F17", "SIGTERM to one graderd after the other", roll_graders,
          no_crash, seconds=6),
    Fault("F17", "SIGTERM to all graderds", stop_graders, no_crash, seconds=4),
    Fault("F17", "SIGTERM to every handler", stop_handlers, no_crash,
          seconds=6),
    Fault("F19", "kill everything at once", power_cut(), seconds=5),
    Fault("F19", "kill PostgreSQL and Redis at once",
          power_cut(["postgres", "redis"]), seconds=4),
]
