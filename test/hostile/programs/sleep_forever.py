# end: wall
# limits: wall=700
# under: 1500
import time
while True:
    time.sleep(1000)
