# end: exited 0
# fsync of a file of /usr would have the host's disk write out its cache.  The
# kernel refuses to do it to a pipe; that it succeeds shows that it is not asked.
import os
r, w = os.pipe()
bad = []
for call in (os.fsync, os.fdatasync):
    try:
        call(r)
    except OSError:
        bad.append(call.__name__ + " reaches the kernel")
with open("file", "w") as f: # and programs that mean well are content
    f.write("x")
    f.flush()
    os.fsync(f.fileno())
print("\n".join("not ok: " + b for b in bad) or "ok")
