n = int(input())
d = 2
while n % d or d * d == n:
    d += 1
print(d, n // d)
