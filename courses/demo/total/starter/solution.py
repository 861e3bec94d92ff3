n = int(input())
total = 0
# Read n numbers, and add each of them to total.
print(total)
