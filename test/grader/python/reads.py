import sys
print(repr(input("? ")))
print(repr(sys.stdin.readline()))
print(sys.stdin.buffer.read(3), sys.stdin.read())
try:
    input()
except EOFError as e:
    print(e)
