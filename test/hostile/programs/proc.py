# end: exited 0
# runs: 2
import os, sys
bad = []
seen = [p for p in os.listdir("/proc") if p.isdigit()]
if seen != [str(os.getpid())]:
    bad.append("sees processes " + " ".join(seen))
names = set(os.listdir("/proc")) - set(seen)
if not names <= {"self", "thread-self"}:
    bad.append("/proc holds " + " ".join(sorted(names)))
for what in ("environ", "maps", "mem", "fd", "root", "cwd", "exe", "stat",
             "cmdline", "ns/user"):
    try:
        os.stat("/proc/1/" + what)
        bad.append("/proc/1/" + what)
    except OSError:
        pass
try:
    environ = open("/proc/self/environ").read()
except PermissionError:
    # warm: nothing has been executed since the zygote, which is not dumpable,
    # and so its own files in /proc are root's.  0, 1 and 2 can be opened.
    environ = "" if "assay" in sys.modules else "SECRET"
    open("/dev/stdin").close()
for word in ("ASSAY", "TOKEN", "SECRET", "HOSTNAME", "USER=", "SSH"):
    if word in environ:
        bad.append("environment has " + word)
keys = set(os.environ)
if not keys <= {"PATH", "HOME", "LANG", "TMPDIR", "LC_CTYPE"}:
    bad.append("environment has " + " ".join(sorted(keys)))
if os.uname().nodename != "box":
    bad.append("host name " + os.uname().nodename)
if open("/proc/self/cgroup").read().count("assay-box"):
    bad.append("cgroup path shows")
print("\n".join("not ok: " + b for b in bad) or "ok")
