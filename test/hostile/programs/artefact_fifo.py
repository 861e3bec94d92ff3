# end: exited 0
# artefact: a.out absent
# under: 3000
import os
os.mkfifo("a.out")
print("ok")
