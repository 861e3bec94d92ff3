# end: cpu
# limits: cpu=300 wall=20000
# channel: xxxx
import os
while True:
    os.write(3, b"x" * 65536)
