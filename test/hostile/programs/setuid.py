# end: exited 0
import os, shutil, subprocess
bad = []
me = os.getuid()
for program in ("/usr/bin/su", "/usr/bin/mount", "/usr/bin/passwd",
                "/usr/bin/newgrp", "/usr/bin/chsh"):
    if not os.path.exists(program):
        continue
    p = subprocess.run([program, "-c", "id"], stdin=subprocess.DEVNULL,
                       capture_output=True, text=True)
    if p.returncode == 0 and "uid=" in p.stdout:
        bad.append(program + " gave " + p.stdout)
shutil.copy("/usr/bin/id", "id")
os.chmod("id", 0o6755)
out = subprocess.run(["./id", "-u"], capture_output=True, text=True).stdout
if out.strip() != str(me):
    bad.append("set-id copy runs as " + out)
print("\n".join("not ok: " + b for b in bad) or "ok")
