"""F2: a grader is stopped for longer than its lease and goes on later: what it
then wants to store is stale."""
import functools
import os
import signal
import threading
import time

from faults import Fault, Missed
from points import (armed, grading, grading_of, hand_in, quick, sleeper,
                    spare, taken, wait_for)
from stack import send, stat_fields

LEASE_SECONDS = 2
one_at_a_time = threading.Lock()  # or no grader is left to take over


def by_itself(inject):
    """Not while another of this file is at work: SIGCONT would reach its
    victim, too."""
    @functools.wraps(inject)
    def locked(chaos, rng):
        with one_at_a_time:
            inject(chaos, rng)
    return locked
STALE = "stale result dropped"


def stale(chaos):
    return sum(chaos.stack.log(n).count(STALE) for n in chaos.stack.graders)


@by_itself
def stop_worker(chaos, rng):
    """At a random moment of a run."""
    spare(chaos)
    victims = chaos.stack.workers()
    if not victims:
        raise Missed("no worker was up")
    victim = rng.choice(victims)
    send(victim, signal.SIGSTOP)
    chaos.healed()  # the others must do without it
    try:
        time.sleep(LEASE_SECONDS + rng.uniform(0.2, 1.5))
    finally:
        send(victim, signal.SIGCONT)


@by_itself
def stop_graderd(chaos, rng):
    """The whole of it, as a host that swaps."""
    spare(chaos)
    group = chaos.stack.pid(rng.choice(chaos.stack.graders))
    if group is None:
        raise Missed("it was not up")
    try:
        os.killpg(group, signal.SIGSTOP)
        chaos.healed()
        time.sleep(LEASE_SECONDS + rng.uniform(0.2, 1.5))
        os.killpg(group, signal.SIGCONT)
    except ProcessLookupError:
        raise Missed("another fault killed it") from None


def stopped_workers(chaos):
    return [pid for pid in chaos.stack.workers()
            if (stat_fields(pid) or "?")[0] == "T"]


def stop_at(point):
    """Another grader takes over and finishes; then the stopped one goes on."""
    @by_itself
    def inject(chaos, rng):
        del rng
        spare(chaos)
        victims = []
        with chaos.load.borrowed() as student:
            before = stale(chaos)
            sub = chaos.make(student, quick(chaos))
            try:
                with armed(chaos.stack, point, order="stop"):
                    hand_in(chaos, student, sub)
                    if not taken(chaos.stack, point):
                        student.see(sub, chaos.deadline)
                        raise Missed(f"nobody came to {point}")
                chaos.healed()
                victims = wait_for(lambda: stopped_workers(chaos), 2)
                time.sleep(LEASE_SECONDS + 1)
                student.see(sub, chaos.deadline)
                if chaos.alone:  # whoever was hit, another has it
                    wait_for(lambda: chaos.stack.one(
                        "SELECT count(*) FROM gradings WHERE state <> 'done'"
                        ) == "0", 20, 0.1)
            finally:
                for pid in victims or []:
                    send(pid, signal.SIGCONT)
        if chaos.alone and not wait_for(lambda: stale(chaos) > before, 10, 0.1):
            raise AssertionError(f"stopped at {point}, overtaken, and no "
                                 f"`{STALE}` in the logs")
    return inject


@by_itself
def judged_twice_at_once(chaos, rng):
    """A long run, its grader stopped in the middle: its program must not go on
    beside the second run for ever, and only the second counts."""
    del rng
    spare(chaos)
    with chaos.load.borrowed() as student:
        sub = chaos.make(student, sleeper(chaos, 0.2))
        hand_in(chaos, student, sub)
        number = grading_of(chaos, sub)
        with armed(chaos.stack, "judge.test", order="stop"):
            if not taken(chaos.stack, "judge.test"):
                student.see(sub, chaos.deadline)
                raise Missed("nobody came to judge.test")
        chaos.healed()
        victims = wait_for(lambda: stopped_workers(chaos), 2) or []
        try:
            time.sleep(LEASE_SECONDS + 0.5)
            wait_for(lambda: grading(chaos, number)[0] == "done", 20, 0.1)
        finally:
            for pid in victims:
                send(pid, signal.SIGCONT)
        student.see(sub, chaos.deadline)


FAULTS = [
    Fault("F2", "stop a worker beyond its lease", stop_worker, weight=2,
          seconds=5),
    Fault("F2", "stop a whole graderd beyond its leases", stop_graderd,
          seconds=5),
    Fault("F2", "stop at claim.claimed", stop_at("claim.claimed"), seconds=12,
          short=False),
    Fault("F2", "stop at store.before", stop_at("store.before"), seconds=12),
    Fault("F2", "stop in the middle of a long run", judged_twice_at_once,
          seconds=12, short=False),
]
