# Right, but counts up to the answer.
def sum(a, b):
    step = 1 if b > 0 else -1
    while b != 0:
        a += step
        b -= step
    return a
