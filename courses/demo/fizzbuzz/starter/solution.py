n = int(input())
for number in range(1, n + 1):
    print(number)
