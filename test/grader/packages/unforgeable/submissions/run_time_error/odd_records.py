# A named tuple whose fields are special methods: the tests' side must not make
# such a class.
def make(*fields):
    body = {"_fields": fields, "__slots__": ()}
    return type("Odd", (tuple,), body)(
        (lambda *args: True,) * len(fields))


def answer():
    return make("real", "imag")


def ratio():
    return make("a", "b")


def words():
    return make("x", "y")


def check(n):
    return make()


def ask(oracle, guess):
    return make("_x", "y") if False else make("count", "index")
