import sys


def hello():
    sys.exit(0)
