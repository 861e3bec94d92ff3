# More than anybody wants to read.
from helper import frame, send

for _ in range(40):
    send(frame(rest="x" * 60000))


def answer():
    return 42
