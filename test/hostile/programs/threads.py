# end: exited 0
# limits: processes=12 memory=1048576
import os, threading
n, stop = 0, threading.Event()
try:
    while n < 200:
        threading.Thread(target=stop.wait, daemon=True).start()
        n += 1
except RuntimeError:
    pass
print("ok" if 8 <= n <= 12 else "not ok", flush=True)
os._exit(0)
