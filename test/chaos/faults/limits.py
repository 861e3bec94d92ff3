"""F13: no descriptors, no processes left.

The limits of a running component are lowered (prlimit) and put back: what it
cannot do meanwhile it refuses or waits for, and no program is blamed."""
import resource
import time

import probe
from faults import Fault, Missed
from host import descriptors
from stack import processes

DESCRIPTORS = 64
FEW = 3              # processes that a user may have: fork fails


def descendants(root):
    pairs, found = list(processes()), {root}
    while more := {p for p, up in pairs if up in found} - found:
        found |= more
    return found - {root}


def lower(pid, what, value):
    """Set the soft limit; the old limits, or None when it is gone."""
    try:
        old = resource.prlimit(pid, what)
        resource.prlimit(pid, what, (value, old[1]))
        return old
    except ProcessLookupError:
        return None


def restore(pid, what, old):
    try:
        resource.prlimit(pid, what, old)
    except ProcessLookupError:
        pass # it ended meanwhile


def lowered(chaos, pids, what, value, seconds):
    """Lower, look, put back.  A process that was forked meanwhile has the low
    limit from its parent: it is put back, too."""
    old = {pid: lower(pid, what, value(pid)) for pid in pids}
    old = {pid: was for pid, was in old.items() if was}
    if not old:
        raise Missed("nothing to limit")
    try:
        time.sleep(seconds)
    finally:
        for pid, was in old.items():
            for one in [pid, *descendants(pid)]:
                if one not in old or one == pid:
                    restore(one, what, was)
    probe.hand_in(chaos)


def no_descriptors(which):
    """64, or what it has already, if that is more."""
    def inject(chaos, rng):
        name = {"handler": "submissions", "grader": rng.choice(
            chaos.stack.graders), "box": "box"}[which]
        root = chaos.stack.pid(name)
        if root is None:
            raise Missed(f"{name} is not up")
        pids = [root] if which == "box" else \
            [root, *chaos.stack.children(name)]
        low = (lambda pid: DESCRIPTORS) if rng.random() < 0.5 else \
            (lambda pid: max(4, descriptors(pid)))
        lowered(chaos, pids, resource.RLIMIT_NOFILE, low, rng.uniform(1, 4))
    return inject


def no_processes(chaos, rng):
    """Of box's zygotes: a program that forks, and the fork of a runner, fail
    with EAGAIN as at the end of a process table."""
    root = chaos.stack.pid("box")
    if root is None:
        raise Missed("the box is not up")
    zygotes = chaos.stack.children("box")
    lowered(chaos, rng.sample(zygotes, max(1, len(zygotes) // 2)),
            resource.RLIMIT_NPROC, lambda pid: FEW, rng.uniform(0.5, 3))


def no_workers(chaos, rng):
    """graderd and a handler cannot fork a worker anew."""
    names = [rng.choice(chaos.stack.graders), "submissions"]
    pids = [p for p in map(chaos.stack.pid, names) if p]
    lowered(chaos, pids, resource.RLIMIT_NPROC, lambda pid: 1,
            rng.uniform(1, 3))


FAULTS = [
    Fault("F13", "no descriptors in a handler", no_descriptors("handler"),
          seconds=5),
    Fault("F13", "no descriptors in a grader", no_descriptors("grader"),
          seconds=5),
    Fault("F13", "no descriptors in the box", no_descriptors("box"),
          seconds=5),
    Fault("F13", "no processes in the box", no_processes, short=False,
          seconds=5),
    Fault("F13", "no new workers", no_workers, short=False, seconds=5),
]
