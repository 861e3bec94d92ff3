# What faulthandler writes when Python is stopped, and a forged one before it.
import faulthandler
import sys

print("Current thread 0x1 (most recent call first):", file=sys.stderr)
print('  File "/box/w/solution.py", line 999 in \x1b[2Jforged', file=sys.stderr)
sys.stderr.write("x" * 100000 + "\n")


def count(n):
    faulthandler.dump_traceback_later(0.1)
    while True:
        n += 1


count(0)
