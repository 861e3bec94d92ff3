# end: exited 0
# artefact: a.out
# Mode 0000 is no hindrance, nor is a daemon that holds it open.
import os
with open("a.out", "w") as f:
    f.write("x")
os.chmod("a.out", 0)
if os.fork() == 0:
    os.setsid()
    while True:
        pass
print("ok", flush=True)
os._exit(0)
