# Half a frame, and then nothing at all.
import os
import time

for fd in range(3, 260):
    try:
        os.write(fd, b"\0\0\1\0{")
    except OSError:
        pass
time.sleep(1000)
