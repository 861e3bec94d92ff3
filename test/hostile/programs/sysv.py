# end: exited 0
# runs: 3
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
bad = []
for name, args in (("shmget", (4096, 0o1666)), ("semget", (1, 0o1666)),
                   ("msgget", (0o1666,))):
    for key in range(100):
        if getattr(libc, name)(key, *args) >= 0:
            bad.append(f"{name} {key}")
libc.shmat.restype = ctypes.c_long
for i in range(100):
    if libc.shmat(i, 0, 0) != -1:
        bad.append(f"shmat {i}")
if libc.mq_open(b"/queue", 0o102, 0o666, None) >= 0:
    bad.append("mq_open")
if libc.shm_open(b"/object", 0o302, 0o666) < 0:
    bad.append("an object of shared memory is there already")
print("\n".join("not ok: " + b for b in bad) or "ok")
