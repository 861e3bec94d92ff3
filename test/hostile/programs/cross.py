# end: exited 0
# beside: 2
# limits: cpu=4000
import fcntl, os, sys, time
bad = set()
# the idle runner of the tests: with ids of its own it can be counted (that is
# what kill(-1) tells), but not signalled; with one id for all it can be
warm = "assay" in sys.modules
def signal_others():
    others = 0
    for pid in range(2, os.getpid() + 100) if warm else (-1,):
        try:
            os.kill(pid, 0)
            others += pid != os.getpid()
        except OSError:
            pass
    if others <= (warm and os.getuid() == 0):
        raise OSError
for folder in (".", "/tmp", "/dev/shm"):
    os.mkdir(folder + "/mine")
usr = open("/usr/bin/env", "rb")
for i in range(60):
    for folder, n in ((".", 2), ("/tmp", 1), ("/dev/shm", 1)):
        if len(os.listdir(folder)) != n:
            bad.add(folder)
    for name, call in (("kill", signal_others),
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
