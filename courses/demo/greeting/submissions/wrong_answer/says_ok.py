import sys

print("OK", file=sys.stderr)
print("accepted")
