"""F1: graders and the box are killed at any moment of a run."""
import signal
import time

from faults import Fault, Missed
from stack import send


def kill_worker(chaos, rng):
    """A worker of a graderd, several times."""
    for _ in range(rng.randint(1, 4)):
        chaos.careful()
        victims = chaos.stack.workers()
        if victims and send(rng.choice(victims), signal.SIGKILL):
            chaos.killed()
        time.sleep(rng.uniform(0.05, 0.8))
    if not chaos.event().kills:
        raise Missed("no worker was up")


def kill_graderd(chaos, rng):
    chaos.careful()
    if not chaos.stack.kill(rng.choice(chaos.stack.graders)):
        raise Missed("it was not up")
    chaos.killed()


def kill_box(chaos, rng):
    chaos.careful()
    if not chaos.stack.kill("box"):
        raise Missed("it was not up")
    chaos.killed()


FAULTS = [
    Fault("F1", "kill a worker of graderd", kill_worker, weight=4),
    Fault("F1", "kill a whole graderd", kill_graderd, weight=2),
    Fault("F1", "kill the box", kill_box),
]
