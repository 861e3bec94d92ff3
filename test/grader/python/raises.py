def f(n):
    return g(n - 1)


def g(n):
    return 1 // n if n == 0 else f(n)


print("before")
f(4)
