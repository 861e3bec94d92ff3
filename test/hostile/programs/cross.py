# end: exited 0
# beside: 2
# limits: cpu=4000
import errno, fcntl, os, time
bad = set()
for folder in (".", "/tmp", "/dev/shm"):
    os.mkdir(folder + "/mine")
usr = open("/usr/bin/env", "rb")
for i in range(60):
    for folder, n in ((".", 2), ("/tmp", 1), ("/dev/shm", 1)):
        if len(os.listdir(folder)) != n:
            bad.add(folder)
    for name, call in (("kill", lambda: os.kill(-1, 0)),
                       ("flock", lambda: fcntl.flock(usr, fcntl.LOCK_SH)),
                       ("lease", lambda: fcntl.fcntl(usr, fcntl.F_SETLEASE, 0)),
                       ("notify", lambda: fcntl.fcntl(usr, fcntl.F_NOTIFY, 1))):
        try:
            call()
            bad.add(name)
        except OSError:
            pass
    time.sleep(0.01)
print("\n".join("not ok: " + b for b in bad) or "ok")
