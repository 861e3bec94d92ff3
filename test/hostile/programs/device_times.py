# end: exited 0
# Devices are the host's: they can be used, and nothing of them be changed that
# another slot, or the next submission, could see.
import os
bad = []
for name in ("null", "zero", "full", "random", "urandom"):
    path = "/dev/" + name
    for what, call in (("utime", lambda: os.utime(path)),
                       ("chmod", lambda: os.chmod(path, 0o666)),
                       ("chown", lambda: os.chown(path, os.getuid(), -1)),
                       ("unlink", lambda: os.unlink(path))):
        try:
            call()
            bad.append(f"{what} of {path}")
        except OSError:
            pass
    fd = os.open(path, os.O_RDWR)
    times = os.fstat(fd)[7:10]
    os.read(fd, 16)
    if os.fstat(fd)[7:10] != times:
        bad.append(f"reading {path} leaves a time")
    os.close(fd)
if os.write(os.open("/dev/null", os.O_WRONLY), b"x") != 1:
    bad.append("/dev/null cannot be written")
print("\n".join("not ok: " + b for b in bad) or "ok")
