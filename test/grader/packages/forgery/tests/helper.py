"""No tests in here: what the test file, and the forgers, share."""

import json
import os

ANSWER = 42


def prepare(solution):
    getattr(solution, "prepare", lambda: None)()


def send(data):
    """To graderd, on whatever descriptor the harness has hidden it."""
    for fd in range(3, 260):
        try:
            os.write(fd, data)
        except OSError:
            pass


def frame(**what):
    data = json.dumps(what).encode()
    return len(data).to_bytes(4, "big") + data
