# end: memory
# limits: memory=65536 cpu=5000
# only: cgroup
import sys
sys.setrecursionlimit(2 ** 31 - 1)
def down(n):
    return down(n + 1) + 1
down(0)
