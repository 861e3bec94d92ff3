"""F20: other people's work on the same host (stress-ng).

Limits are of CPU time, and a wall clock that kills who was not given a core
asks first (docs/OPERATIONS.md, Near-limit runs): so no program that needs less
than half of its limit may be called too slow."""
import dataclasses
import shutil
import subprocess
import threading
import time

import probe
from faults import Fault, Missed

ONE = threading.Lock()
SHARE = 0.45         # of the CPU limit, in the programs that are watched
MEMORY = "256M"      # of each of the two that write to it


def noise(chaos, rng):
    program = shutil.which("stress-ng")
    if program is None:
        raise Missed("no stress-ng: try make deps")
    seconds = rng.uniform(6, 12)
    with ONE, subprocess.Popen(
            [program, "--quiet", "--cpu", "0", "--vm", "2", "--vm-bytes",
             MEMORY, "--timeout", f"{seconds:.0f}s", "--temp-path", "/tmp"],
            stdin=subprocess.DEVNULL, start_new_session=True) as loud:
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                hand_in_a_heavy_one(chaos)
                probe.hand_in(chaos)
        finally:
            loud.terminate() # it ends its own children
            loud.wait(20)


def hand_in_a_heavy_one(chaos):
    """An accepted program that needs nearly half of its limit, in each test."""
    model = probe.quick(chaos)
    student = probe.borrow(chaos)
    limits = student.request(
        "GET", f"/api/assignments/demo/{model.assignment}").json["limits"]
    busy = SHARE * limits["time_limit_ms"] / 1000
    heavy = dataclasses.replace(
        model, name=f"{model.name}, busy", code="import time as t\n"
        f"end = t.process_time() + {busy}\n"
        f"while t.process_time() < end: pass\n{model.code}")
    sub = chaos.make(student, heavy)
    if not student.hand_in(sub, chaos.deadline):
        raise AssertionError(f"submission {sub.id} is not judged in time")
    chaos.load.spare.put(student)


FAULTS = [
    Fault("F20", "noisy neighbours", noise, short=False, seconds=30),
]
