"""What the faults at crash points (lib/fault.h) have in common."""
import contextlib
import time

import programs
from faults import Missed

POINT_SECONDS = 8  # for somebody to come there


def wait_for(condition, seconds, every=0.02):
    """Until it is true; its value, false at the deadline."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(every)


def taken(stack, point, seconds=POINT_SECONDS):
    """Somebody came to this point; else the order is withdrawn."""
    return wait_for(lambda: not stack.fault_waits(point), seconds) or \
        not stack.fault_cancel(point)


@contextlib.contextmanager
def armed(stack, *points, order="kill"):
    """Orders that do not stay behind."""
    for point in points:
        stack.fault(point, order)
    try:
        yield
    finally:
        for point in points:
            stack.fault_cancel(point)


def sleeper(chaos, seconds=0.1):
    """A program that runs for some seconds (it has a test or ten)."""
    return programs.slow(chaos.programs, seconds)


def quick(chaos):
    """One that is judged in no time."""
    return next(p for p in chaos.programs
                if p.name == "hello/accepted/hello.py")


def grading_of(chaos, sub):
    return int(chaos.stack.one("SELECT grading_id FROM submissions "
                               f"WHERE id = {sub.id}"))


def grading(chaos, number, columns="state, fence, crashes"):
    """A list of text."""
    return chaos.stack.sql(f"SELECT {columns} FROM gradings "
                           f"WHERE id = {number}")[0]


def hand_in(chaos, student, sub):
    """Accepted, or the fault has nobody to hit: the checks will say why."""
    if not student.submit(sub, chaos.deadline):
        raise Missed("its own hand-in was not accepted")


def spare(chaos):
    """No innocent grading would be parked by one crash more."""
    if not chaos.careful():
        raise Missed("some grading was near its last crash for long")


def kill_at(chaos, point, program=None, careful=True):
    """A student hands in; who comes to the point dies there."""
    if careful:
        spare(chaos)
    with chaos.load.borrowed() as student:
        sub = chaos.make(student, program or quick(chaos))
        with armed(chaos.stack, point):
            hand_in(chaos, student, sub)
            if not taken(chaos.stack, point):
                student.see(sub, chaos.deadline)
                raise Missed(f"nobody came to {point}")
        chaos.killed()
        chaos.healed()
        student.see(sub, chaos.deadline)
