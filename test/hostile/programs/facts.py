# end: exited 0
# Ids, capabilities, descriptors: what is left of a submission's rights.
import os, resource
bad = []
status = dict(line.split(":\t", 1)
              for line in open("/proc/self/status").read().splitlines()
              if ":\t" in line)
for cap in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
    if int(status[cap], 16) != 0:
        bad.append(cap + " " + status[cap])
if status["NoNewPrivs"] != "1":
    bad.append("no_new_privs is off")
if status["Seccomp"] != "2":
    bad.append("no seccomp filter")
# but for SIGPIPE and SIGXFSZ, which Python ignores itself
if int(status["SigIgn"], 16) & ~(1 << 12 | 1 << 24):
    bad.append("ignored signals " + status["SigIgn"])
mapped = open("/proc/self/uid_map").read().split()
one_id = len(mapped) == 3
want = 0 if one_id else 1000
if set(os.getresuid() + os.getresgid()) != {want}:
    bad.append(f"ids {os.getresuid()} {os.getresgid()}")
if not one_id and os.getgroups():
    bad.append(f"groups {os.getgroups()}")
for i in (0, 1001, 1):
    if i == want:
        continue
    for call in (os.setuid, os.setgid):
        try:
            call(i)
            bad.append(f"{call.__name__}({i})")
        except OSError:
            pass
fds = set(os.listdir("/proc/self/fd"))
here = os.open("/proc/self/fd", os.O_RDONLY)
fds = {f for f in os.listdir(here) if int(f) != here}
if not fds <= {"0", "1", "2", str(here + 1), str(here)}:
    bad.append("descriptors " + " ".join(sorted(fds)))
for fd in range(3, 256):
    if fd != here:
        try:
            os.fstat(fd)
            bad.append(f"descriptor {fd}")
        except OSError:
            pass
if os.getsid(0) != os.getpid():
    bad.append("no session of its own")
# 1: neither a file nor the host's crash reporter; 0 would allow the latter
if resource.getrlimit(resource.RLIMIT_CORE) != (1, 1):
    bad.append("core dumps")
try:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 1))
    bad.append("the crash reporter can be started")
except OSError:
    pass
for what in (resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE,
             resource.RLIMIT_CPU, resource.RLIMIT_NOFILE):
    soft, hard = resource.getrlimit(what)
    try:
        resource.setrlimit(what, (hard + 1, hard + 1))
        bad.append(f"rlimit {what} can be raised")
    except (OSError, ValueError):
        pass
for call, args in ((os.nice, (-5,)),
                   (os.sched_setscheduler, (0, os.SCHED_FIFO,
                                            os.sched_param(1)))):
    try:
        call(*args)
        bad.append(call.__name__)
    except OSError:
        pass
try:
    open("/proc/self/oom_score_adj", "w").write("-1000")
    bad.append("oom_score_adj can be lowered")
except OSError:
    pass
print("\n".join("not ok: " + b for b in bad) or "ok")
