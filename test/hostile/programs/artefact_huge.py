# end: exited 0
# artefact: a.out absent
# limits: disk=262144 memory=131072
import os
fd = os.open("a.out", os.O_WRONLY | os.O_CREAT, 0o600)
try:
    os.ftruncate(fd, 10 << 30)
    print("not ok: 10 GiB")
except OSError:
    pass
os.ftruncate(fd, 200 << 20)
print("ok")
