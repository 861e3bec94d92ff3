import sys

line = input()
print("note of " + line, file=sys.stderr)
print("guess" if "sample" in line else line)
