# end: exited 0
# limits: memory=131072 processes=8
# measured: 16384
# runs: 8
# only: cgroup
# What is reported is this run's peak, of all its processes together, whatever
# an earlier run of the same slot took: a big run and a small one in turn.
import os

mib = 40 if os.getpid() % 2 else 6
ready, end = os.pipe(), os.pipe()
for i in range(2):
    if os.fork() == 0:
        os.close(end[1])
        held = bytearray(os.urandom(4096)) * (mib * 256)
        os.write(ready[1], b"x")
        os.read(end[0], 1)
        os._exit(0)
for i in range(2):
    os.read(ready[0], 1)
os.close(end[1])
for i in range(2):
    os.wait()
print("used", 2 * mib * 1024)
print("ok")
