# Stops the whole run by a signal to itself.
import os
import signal


def answer():
    os.kill(os.getpid(), signal.SIGKILL)
    return 42
