# Adds the first line, too.
import sys

print(sum(int(line) for line in sys.stdin))
