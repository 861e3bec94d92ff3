# What is compared says of itself what it wants, at length, or not at all.
class Odd:
    def __eq__(self, other):
        return False

    def __add__(self, other):
        return self

    def __repr__(self):
        return "\0\ud800\x1b[2J" + "x" * 1000000


def answer():
    return Odd()
