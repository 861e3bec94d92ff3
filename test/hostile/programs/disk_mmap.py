# end: signaled 7
# limits: disk=4096 memory=131072
import mmap, os
for name in ("f0", "f1", "f2"):
    fd = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    os.ftruncate(fd, 4 << 20)
    m = mmap.mmap(fd, 4 << 20)
    for k in range(0, 4 << 20, 4096):
        m[k] = 1
print("not ok: 12 MiB of 4")
