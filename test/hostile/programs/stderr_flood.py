# end: output
# limits: output=64
import sys
while True:
    try:
        print("flood" * 1000, file=sys.stderr)
    except OSError:
        pass
