# end: exited 0
# limits: memory=196608 cpu=5000
import socket
n, keep = 0, []
try:
    while True:
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        keep.append(pair)
        for s in pair:
            s.setblocking(False)
            try:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 << 20)
                print("not ok: larger buffers")
            except OSError:
                pass
            try:
                while True:
                    n += s.send(bytes(65536))
            except BlockingIOError:
                pass
except OSError:
    print("ok" if n < 80 << 20 else f"not ok: {n} bytes in sockets")
