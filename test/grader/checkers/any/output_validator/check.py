import sys

words = sys.stdin.read().split()
if "fault" in words:
    sys.exit("a fault of the package")
if len(words) != 2:
    with open(sys.argv[3] + "teammessage.txt", "w") as f:
        f.write(f"{len(words)} words are not two.")
    sys.exit(43)
sys.exit(42)
