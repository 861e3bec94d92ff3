"""F1: graders and the box are killed, at any moment of a run and at each crash
point.  F4: the janitor is killed.  What each kill may cost is looked at after a
round that had nothing else."""
import signal
import time

from faults import Fault, Missed
from points import (armed, hand_in, kill_at, sleeper, spare, taken,
                    wait_for)
from stack import alive, send

# in the order in which a grading passes them
POINTS = ["claim.before", "claim.claimed", "judge.test", "store.before",
          "store.stored", "done.acked", "publish.before", "publish.belled"]


# -- F1: at random --------------------------------------------------------

def kill_worker(chaos, rng):
    """A worker of a graderd, several times."""
    for _ in range(rng.randint(1, 6)):
        victims = chaos.careful() and chaos.stack.workers()
        if victims and send(rng.choice(victims), signal.SIGKILL):
            chaos.killed()
        time.sleep(rng.uniform(0.05, 0.8))
    if not chaos.event().kills:
        raise Missed("no worker was up, or none that could be spared")


def kill_graderd(chaos, rng):
    spare(chaos)
    if not chaos.stack.kill(rng.choice(chaos.stack.graders)):
        raise Missed("it was not up")
    chaos.killed()


def kill_parent(chaos, rng):
    """The first process of a graderd alone: its workers must die with it."""
    spare(chaos)
    name = rng.choice(chaos.stack.graders)
    parent, workers = chaos.stack.pid(name), chaos.stack.children(name)
    if parent is None or not send(parent, signal.SIGKILL):
        raise Missed("it was not up")
    chaos.killed()
    if not wait_for(lambda: not any(alive(w) for w in workers), 1.0):
        raise AssertionError("a worker survived its graderd by a second")


def kill_box(chaos, rng):
    del rng
    spare(chaos)
    if not chaos.stack.kill("box"):
        raise Missed("it was not up")
    chaos.killed()


def cost_of_kills(chaos, event):
    """Alone: nobody pays for a kill but who was hit, and only where work was
    lost by it: before a claim and after a store nothing is."""
    del event
    if not chaos.alone:
        return []
    most = sum(e.kills * COST.get(e.fault.name, 1) for e in chaos.events
               if e.round == chaos.round)
    crashes = int(chaos.stack.one(
        "SELECT coalesce(sum(crashes), 0) FROM gradings WHERE id IN (SELECT "
        f"grading_id FROM submissions WHERE id IN ({chaos.ids()}))"))
    return [] if crashes <= most else [
        f"F1 {crashes} crashes were counted for at most {most}"]


# gradings that a kill may cost a crash, where it is not 1
COST = {
    "kill the box": 2,  # all workers share it
    "kill at claim.before": 0,
    "kill at store.stored": 0,
    "kill at done.acked": 0,
    "kill at publish.before": 0,
    "kill at publish.belled": 0,
    "kill at handback.stored": 0,
    "kill at giveup.stored": 3,  # what was given up is parked
}


# -- F1: exactly ----------------------------------------------------------

def at_point(point):
    def inject(chaos, rng):
        del rng
        kill_at(chaos, point)
    return inject


def at_hand_back(chaos, rng):
    """A graderd is told to stop, hands its work back, and dies before it has
    rung for it."""
    spare(chaos)
    with chaos.load.borrowed() as student:
        sub = chaos.make(student, sleeper(chaos, 0.7))
        with armed(chaos.stack, "handback.stored"):
            hand_in(chaos, student, sub)
            wait_for(lambda: chaos.stack.one(
                "SELECT count(*) FROM gradings g JOIN submissions s "
                f"ON s.grading_id = g.id WHERE s.id = {sub.id} "
                "AND g.state = 'queued'") == "0", 5, 0.05)
            names = rng.sample(chaos.stack.graders, len(chaos.stack.graders))
            for name in names:  # one of them has it
                chaos.stack.stop(name)
            hit = taken(chaos.stack, "handback.stored", 0.5)
        chaos.healed()
        if hit:
            chaos.killed()
        student.see(sub, chaos.deadline)
    if not hit:
        raise Missed("nobody handed back")


# -- F4 -------------------------------------------------------------------

def kill_janitor(chaos, rng):
    for _ in range(rng.randint(1, 3)):
        victims = [pid for name in chaos.stack.graders
                   for pid in chaos.stack.children(name, "graderd:janitor")]
        for pid in victims:
            if send(pid, signal.SIGKILL):
                chaos.killed()
        time.sleep(rng.uniform(0.1, 0.8))
    if not chaos.event().kills:
        raise Missed("no janitor was up")


def janitor_at_ring(chaos, rng):
    """A hand-in whose ring is lost with its handler, and the janitor that
    would ring for it."""
    del rng
    with armed(chaos.stack, "janitor.ring"):
        kill_at(chaos, "submit.committed", careful=False)
        if not taken(chaos.stack, "janitor.ring", 0.5):
            raise Missed("no janitor had to ring")
    chaos.killed()


def janitor_at_reclaim(chaos, rng):
    """A host dies for good with the entries that it was given; the janitor that
    takes them from the dead dies, too.  (A graderd that comes back reads its
    own entries again, so the dead one needs another name.)"""
    del rng
    spare(chaos)
    redis = chaos.stack.redis
    with armed(chaos.stack, "janitor.reclaimed"), \
            chaos.load.borrowed() as student:
        sub = chaos.make(student, sleeper(chaos, 0.3))
        hand_in(chaos, student, sub)
        moved = wait_for(lambda: [give_away(redis, name) for name, _, pending
                                  in chaos.queues() if pending], 5)
        for pid in chaos.stack.workers():
            if send(pid, signal.SIGKILL):
                chaos.killed()
        hit = moved and taken(chaos.stack, "janitor.reclaimed")
        chaos.healed()
        student.see(sub, chaos.deadline)
    if not hit:
        raise Missed("no janitor reclaimed anything")
    chaos.killed()


def give_away(redis, name):
    """What consumers of a queue hold becomes that of one that is no more."""
    for entry in redis("XPENDING", name, "graders", "-", "+", 10):
        redis("XCLAIM", name, "graders", "dead-host:0", 0, entry[0], "JUSTID")
    return name


FAULTS = [
    Fault("F1", "kill a worker of graderd", kill_worker, cost_of_kills,
          weight=4, killer=True),
    Fault("F1", "kill a whole graderd", kill_graderd, cost_of_kills, weight=2,
          killer=True),
    Fault("F1", "kill graderd, not its workers", kill_parent, cost_of_kills),
    Fault("F1", "kill the box", kill_box, cost_of_kills),
    Fault("F1", "kill at handback.stored", at_hand_back, cost_of_kills,
          seconds=8),
    *[Fault("F1", f"kill at {p}", at_point(p), cost_of_kills, seconds=8)
      for p in POINTS],
    Fault("F4", "kill the janitors", kill_janitor, killer=True),
    Fault("F4", "kill at janitor.ring", janitor_at_ring, seconds=8),
    Fault("F4", "kill at janitor.reclaimed", janitor_at_reclaim, seconds=14),
]
