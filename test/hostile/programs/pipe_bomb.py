# end: exited 0
# limits: memory=65536 cpu=5000
# Buffers of the kernel: few descriptors, small pipes.
import os
n = 0
try:
    while True:
        r, w = os.pipe()
        os.set_blocking(w, False)
        try:
            while True:
                n += os.write(w, bytes(65536))
        except BlockingIOError:
            pass
except OSError:
    print("ok" if n < 32 << 20 else f"not ok: {n} bytes in pipes")
