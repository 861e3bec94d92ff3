# end: exited 0
# runs: 3
import os, signal, sys
def attempt(pid, sig):
    try:
        os.kill(pid, sig)
        return "no error"
    except OSError as e:
        return str(e)
# process 1 takes no signal from inside, as long as it handles none (a warm
# zygote's interpreter would, by itself: SIGINT); -1 finds nobody else
for sig in range(1, 65):
    print("kill 1:", attempt(1, sig))
print("kill -1:", attempt(-1, signal.SIGSTOP))
# with one id for all, the idle runner of the tests is like us; it is warm's
idle = os.getuid() == 0 and "assay" in sys.modules
others = [pid for pid in range(2, os.getpid() + 400)
          if pid != os.getpid() and attempt(pid, 0) == "no error"]
if len(others) > idle:
    print("not ok: somebody is", *others)
print("ok")
