# end: exited 0
# limits: processes=16
import os, signal
n = 0
try:
    while n < 500:
        if os.fork() == 0:
            signal.pause()
        n += 1
except OSError as e:
    print("ok" if n <= 16 else f"not ok: {n} processes", e, sep="\n")
else:
    print("not ok: no limit")
