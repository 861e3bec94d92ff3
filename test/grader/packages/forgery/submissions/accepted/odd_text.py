# -*- coding: latin-1 -*-
# A source in another encoding, and output that is no text at all.
import os

os.write(1, bytes(range(256)))


def answer():
    return 42
