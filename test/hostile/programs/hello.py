# end: exited 0
# stdin: world
# channel: hello from inside
# artefact: made.txt
import os
os.write(3, b"hello from inside\n")
open("made.txt", "w").write("x")
print("ok" if input() == "world" else "not ok input")
