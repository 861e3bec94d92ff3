# end: cpu
# limits: cpu=300 wall=10000
# exact: cpu
# Ends by itself, but past the limit: judged all the same.
import time
while time.process_time() < 0.37:
    pass
