"""F20: other people's work on the same host (stress-ng).

Limits are of CPU time, and a wall clock that kills who was not given a core
asks first (docs/OPERATIONS.md, Near-limit runs): so no program that needs less
than half of its limit may be called too slow."""
import shutil
import subprocess
import time

import probe
from faults import Fault, Missed

MEMORY = "256M"      # of each of the two that write to it


def noise(chaos, rng):
    program = shutil.which("stress-ng")
    if program is None:
        raise Missed("no stress-ng: try make deps")
    seconds = rng.uniform(6, 12)
    with subprocess.Popen(
            [program, "--quiet", "--cpu", "0", "--vm", "2", "--vm-bytes",
             MEMORY, "--timeout", f"{seconds:.0f}s", "--temp-path", "/tmp"],
            stdin=subprocess.DEVNULL, start_new_session=True) as loud:
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                probe.hand_in(chaos)
        finally:
            loud.terminate() # it ends its own children
            loud.wait(20)


FAULTS = [
    Fault("F20", "noisy neighbours", noise, short=False, seconds=16),
]
