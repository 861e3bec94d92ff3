# end: memory
# limits: memory=65536 disk=8192 cpu=5000
# only: cgroup
# Memory that no address space shows.
import os
keep = []
while True:
    fd = os.memfd_create("x")
    keep.append(fd)
    os.write(fd, bytes(4 << 20))
