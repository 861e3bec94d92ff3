import os
import signal
import sys

how = sys.stdin.read().strip()
if how == "right":
    sys.exit(42)
elif how == "status 0":
    sys.exit(0)
elif how == "status 44":
    sys.exit(44)
elif how == "raises":
    raise ValueError("\x1b[2Jcleaned\n")
elif how == "signal":
    os.kill(os.getpid(), signal.SIGSEGV)
elif how == "kills its shell":
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(42)
elif how == "loops":
    while True:
        pass
elif how == "sleeps":
    signal.pause()
elif how == "floods":
    while True:
        sys.stdout.write("x" * 65536)
elif how == "hoards":
    hoard = bytearray(1 << 30)
elif how == "pipe":
    os.mkfifo("judgemessage.txt")
    os.mkfifo("teammessage.txt")
    sys.exit(43)
elif how == "links":
    os.symlink("/proc/self/environ", "teammessage.txt")
    os.symlink("/dev/zero", "judgemessage.txt")
    sys.exit(43)
elif how == "long":
    with open("teammessage.txt", "w") as f:
        f.write("x" * 1000000)
    with open("judgemessage.txt", "w") as f:
        f.write("y" * 1000000)
    sys.exit(43)
elif how == "daemon":
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    sys.exit(42)
