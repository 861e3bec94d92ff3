"""Two factors of the input?  With the argument `different`, not the same."""
import os
import sys

input_name, answer_name, feedback = sys.argv[1:4]
RIGHT, WRONG = 42, 43


def wrong(team, judge):
    with open(feedback + "teammessage.txt", "w") as f:
        f.write(team)
    with open(feedback + "judgemessage.txt", "a") as f:
        f.write(judge + "\n")
    sys.exit(WRONG)


# What a checker may see: its own program, the test, and nothing else.
there = set(os.listdir(".")) - {"solution.py", "test.in", "test.ans"}
with open("solution.py") as f:
    if there or "RIGHT, WRONG = 42, 43" not in f.read():
        sys.exit(f"not alone: {there}")
with open(input_name) as f:
    n = int(f.read())
with open(answer_name) as f:
    assert f.read().split() != []
words = sys.stdin.buffer.read(1 << 20).split()
if len(words) != 2:
    # the output as it came, whatever is in it
    wrong(f"Expected two numbers, got {len(words)}: "
          + b" ".join(words[:3]).decode("latin-1")[:50], "for the staff: count")
try:
    a, b = map(int, words)
except ValueError:
    wrong("That is no number.", "for the staff: no number")
if a < 2 or b < 2 or a * b != n:
    wrong(f"The product of {a} and {b} is not {n}, or one of them is too small.",
          f"for the staff: {a} x {b}")
if "different" in sys.argv[4:] and a == b:
    wrong("They are to be different.", "for the staff: same")
if sys.argv[4:] not in ([], ["different", "not 6"]):
    sys.exit("arguments: " + repr(sys.argv))
sys.exit(RIGHT)
