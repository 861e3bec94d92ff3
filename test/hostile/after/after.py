# limits: cpu=1000 wall=30000 memory=131072 processes=8 disk=1024
# after.c for the slots of the python3 zygote: what a program has done to
# modules that are loaded is not there for the next one, either.
import builtins, os, signal, sys, time
found = []
for folder, but in ((".", {"solution.py"}), ("/tmp", set()), ("/dev/shm", set()),
                    ("/box", {"w", "tmp", "shm"})):
    left = set(os.listdir(folder)) - but
    if left:
        found.append(f"{folder} holds {sorted(left)}")
if [p for p in os.listdir("/proc") if p.isdigit()] != [str(os.getpid())]:
    found.append("processes")
others = 0
for pid in range(2, os.getpid() + 400):
    try:
        os.kill(pid, 0)
        others += pid != os.getpid()
    except OSError:
        pass
# with one id for all: the idle runner of the tests (docs/SECURITY.md)
if others > (os.getuid() == 0):
    found.append("somebody to signal")
if os.getsid(0) != os.getpid():
    found.append("session")
if signal.pthread_sigmask(signal.SIG_BLOCK, ()):
    found.append("signals are blocked")
if os.umask(0) != 0o22 or os.getpriority(os.PRIO_PROCESS, 0) != 0:
    found.append("umask or priority")
if " rw-s " in open("/proc/self/maps").read():
    found.append("shared memory")
for where in (builtins, sys, os):
    if hasattr(where, "hostile_was_here"):
        found.append("mark in " + where.__name__)
if len("x") != 1 or not isinstance(True, int):
    found.append("builtins")
ino = os.stat("/proc/self/ns/ipc").st_ino
os.write(3, f"{ino} {'not ok: ' + ' '.join(found) if found else 'ok'}\n".encode())
while True:
    time.sleep(0.003)
    os.write(3, b".")
