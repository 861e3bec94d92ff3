"""F13: no descriptors, no processes left.

The limits of a running component are lowered (prlimit) and put back: what it
cannot do meanwhile it refuses or waits for, and no program is blamed."""
import os
import resource
import subprocess
import time

import probe
from faults import Fault, Missed
from host import descriptors, read, status
from stack import processes

DESCRIPTORS = 64
NAMES = {resource.RLIMIT_NOFILE: "Max open files",
         resource.RLIMIT_NPROC: "Max processes"}
FEW = 3              # processes that a user may have: fork fails
PYTHON = "/usr/bin/python3"  # others may not reach the one that runs us
CODE = """import resource, sys
pid, what, *limit = map(int, sys.argv[1:])
print(*resource.prlimit(pid, what, *([tuple(limit)] if limit else [])))"""


def descendants(root):
    pairs, found = list(processes()), {root}
    while more := {p for p, up in pairs if up in found} - found:
        found |= more
    return found - {root}


def prlimit(pid, what, *limit):
    """As the user whom the process has, because a container's root need not
    have CAP_SYS_RESOURCE; soft limits alone are moved, so he may."""
    user = status(pid).get("Uid", "").split()
    if not user:
        raise ProcessLookupError
    if user[0] == str(os.getuid()):
        return resource.prlimit(pid, what, *limit)
    group = status(pid).get("Gid", "0").split()[0]
    words = ["setpriv", f"--reuid={user[0]}", f"--regid={group}",
             "--clear-groups", PYTHON, "-c", CODE, str(pid), str(what),
             *(str(n) for pair in limit for n in pair)]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", cwd="/",
                          check=False)
    if done.returncode != 0:
        if "ProcessLookupError" in done.stderr:
            raise ProcessLookupError
        raise OSError(done.stderr)
    return tuple(int(n) for n in done.stdout.split())


def lower(pid, what, value):
    """Set the soft limit; the old limits, or None when it is gone."""
    try:
        old = prlimit(pid, what)
        prlimit(pid, what, (value, old[1]))
        return old
    except ProcessLookupError:
        return None


def restore(pid, what, old):
    """Where the soft limit is lower than it was; the hard one may be a
    program's own (grader/zygote/runner.c), and is its owner's affair."""
    words = next((line[len(NAMES[what]):].split() for line in
                  read(f"/proc/{pid}/limits").splitlines()
                  if line.startswith(NAMES[what])), None)
    if words is None:
        return # it ended meanwhile
    soft, hard = (float("inf") if w == "unlimited" else int(w)
                  for w in words[:2])
    try:
        if soft < min(old[0], hard):
            prlimit(pid, what, (min(old[0], hard), hard))
    except ProcessLookupError:
        pass # likewise


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
                restore(one, what, old.get(one, was))
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
          short=False, seconds=5),
    Fault("F13", "no processes in the box", no_processes, short=False,
          seconds=5),
    Fault("F13", "no new workers", no_workers, short=False, seconds=5),
]
