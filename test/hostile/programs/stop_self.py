# end: wall
# limits: wall=700
# under: 1500
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
