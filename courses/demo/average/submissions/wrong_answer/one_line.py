# There may be more lines.
numbers = [float(word) for word in input().split()]
print(sum(numbers) / len(numbers))
