def sum(a, b):
    return sum(a, b)
