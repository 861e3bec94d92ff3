# Right, but looks at every tree for every tree.
n = int(input())
trees = [int(word) for word in input().split()]
longest = 0
for tree in trees:
    nearest = None
    for other in trees:
        if other > tree and (nearest is None or other < nearest):
            nearest = other
    if nearest is not None:
        longest = max(longest, nearest - tree)
print(longest)
