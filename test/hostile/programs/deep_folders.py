# end: exited 0
# limits: disk=65536 memory=131072 cpu=5000
# runs: 2
import os
try:
    for i in range(10000):
        os.mkdir("d")
        os.chdir("d")
except OSError:
    pass
print("ok")
