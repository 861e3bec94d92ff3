# Trusts the order of the input.
n = int(input())
trees = [int(word) for word in input().split()]
print(max(abs(b - a) for a, b in zip(trees, trees[1:])))
