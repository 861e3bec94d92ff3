import atexit


def fails():
    raise ValueError("in an exit handler")


atexit.register(fails)
