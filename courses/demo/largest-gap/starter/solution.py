n = int(input())
trees = [int(word) for word in input().split()]
