import sys

line = input()
print("note of " + line, file=sys.stderr)
print("no" if line.endswith("secret/2") else line)
