# end: signaled 31
import ctypes, os, platform
if platform.machine() == "x86_64":
    print("not ok", ctypes.CDLL(None).syscall(0x40000000 + 39))
else:
    os.kill(os.getpid(), 31)
