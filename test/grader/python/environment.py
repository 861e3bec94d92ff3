import locale
import os
import signal
print(sorted(os.environ.items()), os.getcwd(), os.listdir("."))
print(locale.getlocale(), locale.getpreferredencoding())
print(os.umask(0o22), os.getuid(), os.getgid(), os.getgroups())
for s in signal.valid_signals():
    if s < 32:
        h = signal.getsignal(s)
        print(s, getattr(h, "__name__", h))
print(signal.pthread_sigmask(signal.SIG_BLOCK, []))
print(sorted(os.listdir("/proc/self/fd"))[:3])
