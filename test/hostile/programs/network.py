# end: exited 0
import socket
bad = []
for family in range(0, 46):
    for kind in (1, 2, 3, 5):
        try:
            socket.socket(family, kind).close()
            bad.append(f"socket family {family} type {kind}")
        except OSError:
            pass
try:
    socket.getaddrinfo("example.org", 80)
    bad.append("DNS")
except OSError:
    pass
a, b = socket.socketpair()
a.send(b"x")
if b.recv(1) != b"x":
    bad.append("socketpair does not work")
for call in (lambda: a.bind("\0abstract"), lambda: a.connect("\0abstract"),
             lambda: a.listen(1)):
    try:
        call()
        bad.append("abstract socket")
    except OSError:
        pass
print("\n".join("not ok: " + b for b in bad) or "ok")
