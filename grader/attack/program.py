"""The attacker, started from the python3 zygote: first what an exec would
close or hide, then the same program as from the exec zygote.  Its arguments
are standard input, each followed by a NUL."""
import os
import sys


def is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


for fd in range(256):
    if is_open(fd) != (fd < 3):
        print("hole descriptors of Python:", fd, flush=True)
if set(os.environ) != {"PATH", "HOME", "LANG", "TMPDIR"}:
    print("hole environment of Python:", *os.environ, flush=True)
os.execv("./attack", sys.stdin.buffer.read().split(b"\0")[:-1])
