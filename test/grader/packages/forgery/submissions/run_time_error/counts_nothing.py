# The right end, but the tests are missing.
import os

from helper import frame, send

send(frame(end=4))
os._exit(0)
