# end: exited 0
# artefact: a.out absent
import os
os.symlink("/etc/passwd", "a.out")
print("ok")
