n = int(input())
trees = sorted(int(word) for word in input().split())
print(max(b - a for a, b in zip(trees, trees[1:])))
