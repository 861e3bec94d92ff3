"""A submission that looks for its tests, while they wait for its answer: in
the list of what it finds, every line is a hole."""
import ctypes
import os
import re
import sys

LINK = 4  # the one descriptor that leads to the tests


def descriptors():
    for fd in range(256):
        try:
            os.fstat(fd)
        except OSError:
            continue
        if fd > 2 and fd != LINK:
            yield f"descriptor {fd} is open"


def processes():
    me = str(os.getpid())
    for name in os.listdir("/proc"):
        if name.isdigit() and name != me:
            yield f"/proc shows process {name}"
    for pid in range(1, 400):
        if pid == os.getpid():
            continue
        for what in ("mem", "environ", "maps", "fd", "cwd", "root"):
            if os.path.lexists(f"/proc/{pid}/{what}"):
                yield f"/proc/{pid}/{what} is there"
        try:
            os.kill(pid, 0)
        except OSError:
            continue
        if os.getuid() != 0:  # 0: the box has one id for all, and says so
            yield f"process {pid} takes signals"


def files():
    for top in ("/box", "/w/", "/tmp/", "/dev/shm/"):
        for folder, _, names in os.walk(top):
            for name in names:
                if name != "solution.py":
                    yield f"file {folder}/{name}"


def modules():
    for name, module in list(sys.modules.items()):
        if "ASSAY_MARK" in getattr(module, "__dict__", ()) or "split_tests" in name:
            yield f"module {name}"


def memory():
    """Of our own: nothing of the tests may ever have been in it."""
    mark = re.compile(rb"assay-mark-[0-9a-f]{16}")
    size = 1 << 20
    with open("/proc/self/maps") as f:
        maps = f.read().splitlines()
    for line in maps:
        bounds, rights = line.split()[:2]
        if not rights.startswith("rw"):
            continue
        at, end = (int(x, 16) for x in bounds.split("-"))
        for start in range(at, end, size):
            # each piece a little into the next
            n = min(size + 64, end - start)
            if mark.search(ctypes.string_at(start, n)):
                yield "the tests' text is in memory"
                return


def attack():
    found = []
    for look in (descriptors(), processes(), files(), modules(),
                 memory()):
        found += look
    return found[:20]
