# More than the link takes: an error in the program, not in the tests.
def answer():
    return 1


def ratio():
    return "x" * (20 << 20)


def words():
    return [None] * 3_000_000


def check(n):
    x = []
    for _ in range(10_000):
        x = [x]
    return x


def ask(oracle, guess):
    return 10 ** 100_000
