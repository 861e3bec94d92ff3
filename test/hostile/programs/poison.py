# end: exited 0
# runs: 4
# Standard input is a fresh open file each time, though the memfd is the same;
# what a program does to its descriptors does not reach the next one.
# stdin: only line
import fcntl, os
line = os.read(0, 100)
bad = []
if line != b"only line":
    bad.append(repr(line))
try:
    fd = os.open("/proc/self/fd/0", os.O_RDWR)
    os.write(fd, b"x")
    bad.append("stdin is writable")
except OSError:
    pass
for fd in (1, 2):
    try:
        fcntl.fcntl(fd, 1033, 0xf)
        bad.append("outputs can be sealed")
    except OSError:
        pass
print("\n".join("not ok: " + b for b in bad) or "ok")
