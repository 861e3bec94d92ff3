# end: exited 0
# artefact: a.out absent
import os
os.mkdir("a.out")
print("ok")
