# end: exited 0
import fcntl, os, termios
bad = []
for path in ("/dev/tty", "/dev/ptmx", "/dev/console"):
    try:
        os.open(path, os.O_RDWR)
        bad.append(path)
    except OSError:
        pass
try:
    os.openpty()
    bad.append("openpty")
except OSError:
    pass
for fd in range(3):
    if os.isatty(fd):
        bad.append(f"{fd} is a terminal")
    for name in ("TIOCSTI", "TIOCSCTTY", "TIOCNOTTY"):
        try:
            fcntl.ioctl(fd, getattr(termios, name), b"x")
            bad.append(name)
        except OSError:
            pass
print("\n".join("not ok: " + b for b in bad) or "ok")
