# end: cpu
# limits: cpu=300 wall=10000
# exact: cpu
# Ends by itself, but past the limit: judged all the same.
# A warm interpreter has used some of the clock before.
import time
start = time.process_time()
while time.process_time() - start < 0.37:
    pass
