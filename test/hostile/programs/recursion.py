# end: exited 1
# Caught by the interpreter; and a deep structure's repr, and a deep pickle.
import sys
def down(n):
    return down(n + 1) + 1
deep = []
for i in range(100000):
    deep = [deep]
for call in (lambda: repr(deep), lambda: deep == [deep]):
    try:
        call()
    except RecursionError:
        pass
down(0)
