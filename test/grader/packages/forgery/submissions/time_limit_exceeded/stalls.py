# Half a frame, and then nothing at all.
import time

from helper import send

send(b"\0\0\1\0{")
time.sleep(1000)
