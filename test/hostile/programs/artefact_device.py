# end: exited 0
# artefact: a.out absent
import os
bad = []
for call, args in ((os.mknod, ("a.out", 0o60666, os.makedev(254, 0))),
                   (os.mknod, ("a.out", 0o20666, os.makedev(1, 5))),
                   (os.link, ("/dev/zero", "a.out")),
                   (os.link, ("/etc/passwd", "a.out")),
                   (os.link, ("/usr/bin/env", "a.out")),
                   (os.rename, ("/etc/passwd", "a.out"))):
    try:
        call(*args)
        bad.append(f"{call.__name__}{args}")
    except OSError:
        pass
print("\n".join("not ok: " + b for b in bad) or "ok")
