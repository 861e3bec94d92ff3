#!/usr/bin/python3
"""The bytes that nchan 1.3 expects on its Redis channel, for `redis-cli -x`.

    push.py TEXT [TTL] | redis-cli -x PUBLISH '{channel:/user.UUID}:pubsub'

Written from nchan's own side of the format, not from lib/push.c, so that a
test that uses it checks nginx.conf alone.
"""
import struct
import sys
import time


def str8(text):
    return b"\xd9" + bytes([len(text)]) + text


def main():
    data = sys.argv[1].encode()
    ttl = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    message = (
        b"\x9a"  # an array of ten
        + b"\xa3msg"
        + b"\xce" + struct.pack(">I", ttl)
        + b"\xce" + struct.pack(">I", int(time.time()))
        + b"\x00\x00\x00"  # tag, previous time, previous tag
        + b"\xdb" + struct.pack(">I", len(data)) + data
        + str8(b"application/json")
        + str8(b"")
        + b"\x00"  # no compression
    )
    sys.stdout.buffer.write(message)


main()
