# Likewise, with names that would decide: the link ends.
def make(*fields):
    return type("Odd", (tuple,), {"_fields": fields, "__slots__": ()})(
        (lambda *args: True,) * len(fields))


def answer():
    return make("__eq__", "__add__", "__lt__", "__hash__")


ratio = answer


def words():
    return make("__contains__", "__iter__")


def check(n):
    return make("__bool__", "__len__")


def ask(oracle, guess):
    return make("__class__", "__dict__")
