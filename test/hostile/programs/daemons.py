# end: exited 0
# limits: processes=30 cpu=5000
# runs: 4
# Daemons in their own sessions that ignore signals and fork again for ever
# outlive the program, but not the run.
import os, signal, time
for i in range(5):
    if os.fork() == 0:
        os.setsid()
        for s in range(1, 32):
            try:
                signal.signal(s, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            try:
                if os.fork() != 0:
                    os._exit(0)
            except OSError:
                pass
time.sleep(0.05)
print("ok", flush=True)
os._exit(0)
