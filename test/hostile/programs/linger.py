# end: exited 0
# runs: 2
# Ends before its time, with a child that stays and a handler that would say
# otherwise.
import atexit, os, signal, sys
atexit.register(print, "not ok: atexit ran")
if os.fork() == 0:
    os.setsid()
    while True:
        signal.pause()
sys.stdout.write("ok\n")
sys.stdout.flush()
os._exit(0)
