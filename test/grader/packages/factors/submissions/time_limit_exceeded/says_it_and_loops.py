n = int(input())
print(2, n // 2, flush=True)
while True:
    pass
