# A length that never comes.
from helper import send

send(b"\xff\xff\xff\xff")


def answer():
    return 42
