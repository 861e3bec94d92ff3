# end: exited 0
# Writing to the interpreter's own memory changes this process only: the runs
# that follow say so.
# runs: 2
import ctypes, os
bad = []
for i in range(1, 50):
    if i != os.getpid():
        try:
            open(f"/proc/{i}/mem", "rb")
            bad.append(f"memory of {i}")
        except OSError:
            pass
if 7 + 0 != 7:
    bad.append("7 is not 7")
# the small integer 7 becomes 8, for all of this interpreter
libc = ctypes.CDLL(None)
seven = 7
where = ctypes.cast(id(seven) + 24, ctypes.POINTER(ctypes.c_uint32))
if where[0] == 7:
    where[0] = 8
    text = b"ok\n" if not bad else b"not ok\n"
    where[0] = 7
else:
    text = b"not ok: an earlier run's memory\n"
try:
    fd = os.open("/proc/self/mem", os.O_RDWR)
    os.pwrite(fd, (9).to_bytes(4, "little"), id(seven) + 24)
except OSError:
    pass
os.write(1, text)
os._exit(0)
