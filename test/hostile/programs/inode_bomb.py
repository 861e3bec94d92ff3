# end: exited 0
# limits: disk=1024 memory=131072 cpu=5000
# runs: 3
# Names with newlines, folders that nobody may enter, 10,000 files.
import os
if os.listdir(".") != ["solution.py"]:
    print("not ok: leftovers", os.listdir("."))
n = 0
try:
    os.mkdir("a\nb")
    os.mkdir("closed", 0)
    for i in range(10000):
        open(f"f{i}", "w").close()
        n += 1
except OSError as e:
    print("ok" if n < 1000 else f"not ok: {n} files", e, sep="\n")
else:
    print("not ok: no limit")
