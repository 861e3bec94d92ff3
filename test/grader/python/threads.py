import threading
import time


def late():
    time.sleep(0.05)
    print("late", threading.current_thread() is not threading.main_thread())


threading.Thread(target=late).start()
threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
print(threading.main_thread() is threading.current_thread(),
      threading.main_thread().name, threading.active_count())
