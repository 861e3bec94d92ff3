# Half a frame, then a clean exit.
import os

from helper import send

send(b"\0\0\1\0{")
os._exit(0)
