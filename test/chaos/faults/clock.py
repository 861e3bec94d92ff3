"""F10: one program's clock is an hour wrong, and is set while it runs.

clock.c, preloaded, gives a component a wall clock of its own; its monotonic
clock stays true, as the kernel's does when somebody sets the time.  Leases are the
database's clock against itself: they may not run out all at once, and none may
last for an hour."""
import contextlib
import signal
import struct
import subprocess
import threading
import time

import probe
import programs
from faults import Fault
from stack import ROOT, SCRIPT, send

HOUR = 3600
SOON = 40            # seconds: some leases
ONE = threading.Lock()


def library(folder):
    """clock.c, compiled."""
    path = folder / "clock.so"
    if not path.exists():
        subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-fPIC",
                        "-shared", "-o", str(path),
                        str(ROOT / "test" / "chaos" / "clock.c")], check=True)
    return path


@contextlib.contextmanager
def false_clock(chaos, name):
    """The component, started anew with a clock that set(seconds) moves; at the
    end it is started anew with a true one."""
    stack, preload = chaos.stack, library(chaos.stack.dir)
    clock = stack.dir / f"clock.{name}"
    clock.write_bytes(struct.pack("=q", 0))
    clock.chmod(0o644)

    def step(seconds):
        with open(clock, "r+b") as file: # in place: it is mapped
            file.write(struct.pack("=q", seconds))

    with stack.held(name):
        stack.stop(name)
        try:
            with stack.busy_lock(name):
                stack.run(["env", f"LD_PRELOAD={preload}",
                           f"CHAOS_CLOCK={clock}", str(SCRIPT), "start", name,
                           str(stack.dir)])
            yield step
        finally:
            step(0)
            stack.stop(name)
    end = time.monotonic() + 60
    while stack.pid(name) is None and time.monotonic() < end:
        time.sleep(0.05)


def wrong(which):
    """Ahead, back, behind, and right again: with work at each step."""
    def inject(chaos, rng):
        with ONE:
            name = rng.choice(chaos.stack.graders) if which == "graderd" \
                else which
            steps = [rng.choice([HOUR, -HOUR]), 0, rng.choice([HOUR, -HOUR]), 0]
            if name == "postgres":
                chaos.false_clocks.add(chaos.round)
            with false_clock(chaos, name) as step:
                for seconds in steps:
                    step(seconds)
                    probe.accepts(chaos)
                    time.sleep(rng.uniform(0.5, 1.5))
            probe.hand_in(chaos)
    return inject


def back_under_a_lease(chaos, _):
    """A lease was given while the clock was an hour ahead, and its grader
    dies: it must not last for that hour."""
    stack = chaos.stack
    student = probe.borrow(chaos)
    sub = chaos.make(student, programs.slow(chaos.programs, 2))
    with ONE:
        chaos.false_clocks.add(chaos.round)
        with false_clock(chaos, "postgres") as step:
            step(HOUR)
            student.submit(sub, chaos.deadline)
            until(chaos, stack, f"SELECT state = 'running' FROM gradings g JOIN "
                  f"submissions s ON s.grading_id = g.id WHERE s.id = {sub.id}")
            step(0)
            for pid in stack.workers():
                chaos.killed(send(pid, signal.SIGKILL))
            judged_soon(chaos, student, sub, "its lease is of a wrong clock")


def back_under_a_queue(chaos, _):
    """Work was queued while the clock was an hour ahead, and its ring was
    lost: it must not wait for that hour."""
    student = probe.borrow(chaos)
    sub = chaos.make(student, probe.quick(chaos))
    with ONE:
        chaos.false_clocks.add(chaos.round)
        with false_clock(chaos, "postgres") as step:
            with chaos.stack.held("redis"):
                chaos.stack.stop("redis")
                step(HOUR)
                student.submit(sub, chaos.deadline)
                step(0)
            judged_soon(chaos, student, sub, "it was queued by a wrong clock")


def until(chaos, stack, question):
    while stack.sql(question) != [["t"]]:
        if time.monotonic() > chaos.deadline:
            raise AssertionError(f"never true: {question}")
        time.sleep(0.05)


def judged_soon(chaos, student, sub, why):
    if not student.see(sub, min(chaos.deadline, time.monotonic() + SOON)):
        raise AssertionError(f"submission {sub.id} is not judged after {SOON} "
                             f"s: {why}")
    chaos.load.spare.put(student)


FAULTS = [
    Fault("F10", "a grader's clock is wrong", wrong("graderd"), short=False,
          seconds=12),
    Fault("F10", "a handler's clock is wrong", wrong("submissions"),
          short=False, seconds=12),
    Fault("F10", "Redis' clock is wrong", wrong("redis"), short=False,
          seconds=12),
    Fault("F10", "PostgreSQL's clock is wrong", wrong("postgres"), alone=True,
          short=False, seconds=20),
    Fault("F10", "PostgreSQL's clock goes back under a lease",
          back_under_a_lease, alone=True, short=False, seconds=40),
    Fault("F10", "PostgreSQL's clock goes back under a queue",
          back_under_a_queue, alone=True, short=False, seconds=40),
]
