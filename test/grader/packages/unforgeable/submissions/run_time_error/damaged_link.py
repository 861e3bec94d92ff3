# Frames that are none: lengths, depths, counts, tags, handles, in turn.  Which
# one is answered depends on nothing but luck; none may be believed.
import os
import struct


def frame(data):
    return struct.pack("<I", len(data)) + data


def result(value):
    """(RESULT, value, None, None, None)"""
    return frame(b"t" + struct.pack("<I", 5) + b"i" + struct.pack("<q", 2)
                 + value + b"NNN")


BAD = [
    struct.pack("<I", 0xffffffff) + b"x" * 100,
    struct.pack("<I", 17 << 20),
    frame(b""),
    frame(b"?"),
    frame(b"l" + struct.pack("<I", 0xffffffff)),
    frame(b"s" + struct.pack("<I", 4) + b"\xff\xfe\xfd\xfc"),
    frame(b"I" + struct.pack("<I", 0xfffffff0)),
    frame(b"l\1\0\0\0" * 5000 + b"N"),
    frame(b"d\1\0\0\0l\0\0\0\0N"),
    frame(b"x\0i" + struct.pack("<q", 1 << 40)),
    frame(b"x\1N"),
    frame(b"x\2t\2\0\0\0s\4\0\0\0typei" + struct.pack("<q", 1)),
    frame(b"x\2t\2\0\0\0s\4\0\0\0types\4\0\0\0eval"),
    frame(b"x\xffN"),
    frame(b"N" * 1000),
    result(b"x\1t\4\0\0\0i" + struct.pack("<q", -1) + b"s\1\0\0\0os\1\0\0\0xN"),
]


def answer():
    os.write(4, BAD[os.getpid() % len(BAD)])
    os._exit(0)


ratio = words = answer


def check(n):
    return answer()


def ask(oracle, guess):
    return answer()
