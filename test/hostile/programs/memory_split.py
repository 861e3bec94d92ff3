# end: memory
# limits: memory=65536 processes=16 cpu=5000
# No process is above the limit, all together are.
import os, signal
for i in range(8):
    if os.fork() == 0:
        keep = bytearray(b"x") * (24 << 20)
        while True:
            signal.pause()
while True:
    signal.pause()
