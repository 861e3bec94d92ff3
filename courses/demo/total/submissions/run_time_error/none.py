# Nothing to start with when there are no sales.
from functools import reduce

n = int(input())
print(reduce(lambda a, b: a + b, [int(input()) for _ in range(n)]))
