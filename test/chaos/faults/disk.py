"""F12: the disk is full, for one who writes: Redis, PostgreSQL, graderd's
caches, nginx, or the logs of all.

The folder is moved to a small file system in memory while its owner is down,
filled up under load, freed again, and moved back.  Meanwhile a hand-in is
accepted or 503; nobody's file is damaged, nothing is repaired by hand, and no
program is blamed."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import threading
import time

import probe
from faults import Fault, Missed

ONE = threading.Lock()
PAGE = 1 << 20
FILLER = "filler.of.chaos"


def mounted(path, size):
    """A tmpfs of that many bytes; Missed where mounting is not allowed."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "chaos",
         str(path)], capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise Missed(f"# skipped: cannot mount here: {done.stderr.strip()}")


def unmount(path):
    end = time.monotonic() + 20
    while subprocess.run(["umount", str(path)], capture_output=True,
                         check=False).returncode != 0:
        if time.monotonic() > end: # somebody's file is open: take it away
            subprocess.run(["umount", "-l", str(path)], check=True)
            return
        time.sleep(0.1)


def size_of(path):
    return sum(f.stat().st_blocks * 512 for f in pathlib.Path(path).rglob("*")
               if f.is_file())


def copy(source, target):
    """All that is in it, with owners and modes."""
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)


@contextlib.contextmanager
def small(chaos, folder, owners, room):
    """`folder`, on a file system of its size and `room` bytes, its owners
    started anew there; at the end it is back on the disk, with all that was
    written.  `owners`: in the order of their start."""
    stack, disk = chaos.stack, folder.with_name(folder.name + ".disk")
    folder.mkdir(exist_ok=True)
    with stack.held(*owners):
        stop_all(stack, owners)
        folder.rename(disk)
        folder.mkdir()
        try:
            mounted(folder, size_of(disk) + room)
            try:
                copy(disk, folder)
                for name in owners:
                    stack.start(name)
                yield folder
            finally:
                free(folder)
                stop_all(stack, owners)
                shutil.rmtree(disk)
                disk.mkdir()
                copy(folder, disk)
                unmount(folder)
        finally:
            folder.rmdir()
            disk.rename(folder)
    await_up(chaos, owners)


def stop_all(stack, owners):
    for name in reversed(owners):
        stack.stop(name)


def fill(path, leave=0):
    """Until not a byte is free but `leave`; again and again it may be called,
    because others free some."""
    with open(path / FILLER, "ab", buffering=0) as file:
        while True:
            free_now = os.statvfs(path)
            left = free_now.f_bavail * free_now.f_frsize - leave
            if left <= 0:
                return
            try:
                file.write(b"\0" * min(left, PAGE))
            except OSError:
                return # full


def free(path):
    (path / FILLER).unlink(missing_ok=True)


def await_up(chaos, names):
    end = time.monotonic() + 60
    while not all(chaos.stack.pid(n) for n in names):
        if time.monotonic() > end:
            raise AssertionError(f"{names} do not come back")
        time.sleep(0.05)


def full(chaos, rng, path, answers):
    """Full for some seconds, under load."""
    end = time.monotonic() + rng.uniform(3, 6)
    with probe.posts(chaos) as heard:
        sub = None
        while time.monotonic() < end:
            fill(path)
            if sub is None and 503 not in answers:
                sub = probe.accepts(chaos)
            time.sleep(0.1)
    free(path)
    strange = [s for s in heard if s not in answers]
    chaos.event().facts["posts"] = len(heard)
    if chaos.alone and strange:
        raise AssertionError(f"hand-ins on a full disk were answered {strange}")


def redis(chaos, rng):
    """MISCONF to every write, until there is room again."""
    with ONE:
        folder = chaos.stack.dir / "redis" / "appendonlydir"
        with small(chaos, folder, ["redis"], 256 << 10) as path:
            full(chaos, rng, path, (*probe.PROMISED, 409))
            probe.hand_in(chaos) # without a restart
    probe.hand_in(chaos)


def postgres(chaos, rng):
    """Its write-ahead log cannot grow: it refuses, or stops and recovers.  It
    starts with room for two segments of that."""
    with ONE:
        folder = chaos.stack.dir / "pg" / "data"
        with small(chaos, folder, ["postgres"], 40 << 20) as path:
            with keeper_of(chaos, "postgres"):
                full(chaos, rng, path, (*probe.PROMISED, 409, 503))
                probe.hand_in(chaos)
    probe.hand_in(chaos)


@contextlib.contextmanager
def keeper_of(chaos, name):
    """Start it again whenever it ends, as systemd would; the stack's own
    keeper is held off, because the folder is not where it was."""
    over = threading.Event()

    def keep():
        while not over.wait(0.25):
            if chaos.stack.pid(name) is None:
                try:
                    chaos.stack.start(name)
                except Exception: # pylint: disable=broad-except
                    pass # no room yet: it is tried again

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(120)


def state(chaos, rng):
    """graderd's caches: packages that cannot be kept are read each time."""
    with ONE:
        names = chaos.stack.graders
        for name in ("compiled", "packages"):
            folder = chaos.stack.dir / "state" / name
            if not folder.is_dir():
                continue
            with small(chaos, folder, names, 64 << 10) as path:
                full(chaos, rng, path, (*probe.PROMISED, 409))
                probe.hand_in(chaos)
    probe.hand_in(chaos)


def nginx(chaos, rng):
    """nginx' folders for bodies, answers and its cache."""
    with ONE:
        for name in ("client_body", "fastcgi"):
            folder = chaos.stack.dir / "nginx" / name
            with small(chaos, folder, ["nginx"], 64 << 10) as path:
                fill(path)
                probe.hand_in(chaos)
    probe.hand_in(chaos)


def logs(chaos, rng):
    """Nobody can write a line; everybody works."""
    with ONE:
        stack = chaos.stack
        names = ["postgres", "redis", "box", *stack.handlers(),
                 *stack.graders, "nginx"]
        with small(chaos, stack.dir / "log", names, 64 << 10) as path:
            full(chaos, rng, path, (*probe.PROMISED, 409))
            probe.hand_in(chaos)
    probe.hand_in(chaos)


FAULTS = [
    Fault("F12", "the disk of Redis is full", redis, alone=True, seconds=12,
          short=False),
    Fault("F12", "the disk of PostgreSQL is full", postgres, alone=True,
          seconds=25, short=False),
    Fault("F12", "the disk of graderd's caches is full", state, alone=True,
          seconds=20,
          short=False),
    Fault("F12", "the disk of nginx is full", nginx, alone=True, seconds=12,
          short=False),
    Fault("F12", "the disk of the logs is full", logs, alone=True, seconds=20,
          short=False),
]
