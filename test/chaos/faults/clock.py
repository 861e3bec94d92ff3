"""F10: one program's clock is an hour wrong, and is set while it runs.

clock.c, preloaded, gives a component a wall clock of its own; its monotonic
clock stays true, as the kernel's does when somebody sets the time.  Leases are the
database's clock against itself: they may not run out all at once, and none may
last for an hour."""
import contextlib
import struct
import subprocess
import threading
import time

import probe
from faults import Fault
from stack import ROOT, SCRIPT

HOUR = 3600
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


FAULTS = [
    Fault("F10", "a grader's clock is wrong", wrong("graderd"), short=False,
          seconds=12),
    Fault("F10", "a handler's clock is wrong", wrong("submissions"),
          short=False, seconds=12),
    Fault("F10", "Redis' clock is wrong", wrong("redis"), short=False,
          seconds=12),
    Fault("F10", "PostgreSQL's clock is wrong", wrong("postgres"), alone=True,
          short=False, seconds=20),
]
