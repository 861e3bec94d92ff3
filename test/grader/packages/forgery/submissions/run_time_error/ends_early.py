# The end, before there was anything.
import os

from helper import frame, send

send(frame(end=0))
os._exit(0)
