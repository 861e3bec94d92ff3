# end: exited 0
# runs: 6
# What one submission leaves, the next one of the same slot does not find.
import os, signal
bad = []
for folder, expected in ((".", {"solution.py"}), ("/tmp", set()),
                         ("/dev/shm", set())):
    if set(os.listdir(folder)) - expected:
        bad.append(f"{folder} holds {os.listdir(folder)}")
    open(folder + "/left", "w").write("secret")
    os.mkdir(folder + "/closed", 0)
if os.fork() == 0:
    os.setsid()
    signal.pause()
print("\n".join("not ok: " + b for b in bad) or "ok", flush=True)
os._exit(0)
