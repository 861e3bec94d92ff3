# end: exited 0
# runs: 2
import os
bad = []
targets = ("/etc/hostname", "/usr/bin/env", "/etc/passwd", "/", "/usr",
           "/dev/null")
for i, to in enumerate(targets):
    os.symlink(to, f"s{i}")
    for call, args in ((os.link, (to, f"h{i}")), (os.chmod, (to, 0o4777)),
                       (os.chmod, (f"s{i}", 0o4777)),
                       (os.chown, (to, os.getuid(), os.getgid())),
                       (os.chown, (f"s{i}", os.getuid(), os.getgid()))):
        try:
            call(*args)
            bad.append(f"{call.__name__}{args}")
        except OSError:
            pass
print("\n".join("not ok: " + b for b in bad) or "ok")
