# end: exited 0
# limits: disk=4096 memory=131072
import os
total = 0
for where in (".", "/tmp", "/dev/shm"):
    try:
        with open(where + "/fill", "wb", buffering=0) as f:
            while True:
                total += f.write(bytes(1 << 16))
    except OSError as e:
        print(where, total, e)
print("ok" if total <= 4096 * 1024 else f"not ok: {total} bytes written")
