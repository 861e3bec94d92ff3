# More than anybody wants to read.

import json
import os


def send(data):
    for fd in range(3, 260):
        try:
            os.write(fd, data)
        except OSError:
            pass


def frame(**what):
    data = json.dumps(what).encode()
    return len(data).to_bytes(4, "big") + data


for _ in range(40):
    send(frame(rest="x" * 60000))


def answer():
    return 42
