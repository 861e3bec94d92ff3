# Noise, a thread that never ends, and an exit handler: none of our business.
import atexit
import sys
import threading
import time

print("FAILED (failures=3)", file=sys.stderr)
threading.Thread(target=lambda: time.sleep(1000)).start()
atexit.register(lambda: time.sleep(1000))


def answer():
    print("answer", flush=True)
    return 42
