# end: cpu
# limits: cpu=400 wall=20000 processes=16 memory=1048576
import threading
def spin():
    while True:
        pass
for i in range(12):
    threading.Thread(target=spin, daemon=True).start()
spin()
