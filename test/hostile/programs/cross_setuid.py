# end: exited 0
# beside: 2
import os, shutil, subprocess, time
bad = []
for place in ("/tmp/id", "/dev/shm/id", "/w/id"):
    if os.path.exists(place):
        bad.append(place + " is there")
    shutil.copy("/usr/bin/id", place)
    os.chmod(place, 0o6777)
time.sleep(0.3)
for place in ("/tmp/id", "/dev/shm/id", "/w/id"):
    said = subprocess.run([place, "-u"], capture_output=True, text=True).stdout
    if said.strip() not in ("", str(os.getuid())):
        bad.append(f"{place} runs as {said}")
print("\n".join("not ok: " + b for b in bad) or "ok")
