# end: exited 0
# runs: 2
import builtins, mmap, os, sys
bad = []
for line in open("/proc/self/maps"):
    perms = line.split()[1]
    if "w" in perms and "s" in perms:
        bad.append(line.strip())
fd = os.open("/usr/bin/env", os.O_RDONLY)
for f in (0, fd):
    try:
        mmap.mmap(f, 4096, mmap.MAP_SHARED, mmap.PROT_WRITE)
        bad.append(f"descriptor {f} can be mapped to write")
    except (OSError, ValueError):
        pass
# and what is done to modules is gone with the process
for where in (builtins, sys, os):
    if hasattr(where, "hostile_was_here"):
        bad.append("an earlier run has marked " + where.__name__)
    where.hostile_was_here = True
builtins.len = lambda x: 77
print("\n".join("not ok: " + b for b in bad) or "ok")
