def answer():
    return 72310954


def ratio():
    return answer() / 1e8


def words():
    return ["quince", "rhubarb"]


def check(n):
    return n == answer()


def ask(oracle, guess):
    assert guess(answer())
    assert not oracle.guess(1)
    return answer()
