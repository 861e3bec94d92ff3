# Two decimals are not enough.
import sys

numbers = [float(word) for word in sys.stdin.read().split()]
print(f"{sum(numbers) / len(numbers):.2f}")
