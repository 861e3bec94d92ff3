# end: exited 0
# channel: said
import array, socket
bad = []
channel = socket.socket(fileno=3)
for s in (channel, socket.socketpair()[0]):
    for call in (lambda: s.sendmsg([b"x"], [(socket.SOL_SOCKET,
                     socket.SCM_RIGHTS, array.array("i", [0] * 200))]),
                 lambda: s.recvmsg(1, 1024, socket.MSG_DONTWAIT)):
        try:
            call()
            bad.append("descriptors can be passed")
        except OSError:
            pass
channel.send(b"said")
print("\n".join("not ok: " + b for b in bad) or "ok")
