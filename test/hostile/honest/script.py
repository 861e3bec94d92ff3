# end: exited 0
# limits: wall=20000
# stdin: 3 4
# artefact: made.txt
import collections, json, sys
a, b = map(int, input().split())
with open("made.txt", "w") as f:
    json.dump(collections.Counter("abracadabra"), f)
print("ok" if a + b == 7 and len(sys.argv) == 1 else "not ok")
