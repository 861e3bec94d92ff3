# end: wall
# limits: wall=700
# under: 1500
# channel: half
import os, signal
os.write(3, b"\xff\xff\xff\xffhalf")
while True:
    signal.pause()
