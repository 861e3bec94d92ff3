# end: cpu
# limits: cpu=500 wall=10000 processes=64 memory=1048576
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
