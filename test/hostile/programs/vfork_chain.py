# end: exited 0
# runs: 2
# subprocess starts by vfork; a chain of shells that wait for each other.
import os, subprocess, time
line = "sleep 1000"
for i in range(6):
    line = f"sh -c '{line}'" if i == 0 else "sh -c " + \
        "'" + line.replace("'", "'\\''") + "'"
subprocess.Popen(line, shell=True, start_new_session=True)
time.sleep(0.1)
print("ok", flush=True)
os._exit(0)
