n = int(input())
trees = sorted(int(word) for word in input().split())
longest = 0
for i in range(n):
    longest = max(longest, trees[i + 1] - trees[i])
print(longest)
