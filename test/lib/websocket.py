#!/usr/bin/python3
"""A websocket client for tests, by hand on a socket (RFC 6455).

    websocket.py URL [-H 'Name: value']… [--count N] [--seconds S]

Prints `HTTP nnn` when the handshake is answered, then each text message on a
line.  Ends with 0 after N messages (0: at once after the handshake), with 1
when S seconds pass first or the server closes, with 2 when the handshake is
refused.
"""
import argparse
import base64
import hashlib
import os
import socket
import struct
import sys
import time
from urllib.parse import urlsplit


class Closed(Exception):
    """The server closed the connection, or time is up."""


def read_exactly(sock, size, deadline):
    data = b""
    while len(data) < size:
        sock.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            chunk = sock.recv(size - len(data))
        except socket.timeout:
            raise Closed("time is up") from None
        if not chunk:
            raise Closed("closed by the server")
        data += chunk
    return data


def read_head(sock, deadline):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += read_exactly(sock, 1, deadline)
    return head.decode("latin-1")


def read_frame(sock, deadline):
    first, second = read_exactly(sock, 2, deadline)
    size = second & 0x7F
    if size == 126:
        size = struct.unpack(">H", read_exactly(sock, 2, deadline))[0]
    elif size == 127:
        size = struct.unpack(">Q", read_exactly(sock, 8, deadline))[0]
    return first & 0x0F, read_exactly(sock, size, deadline)


def send_frame(sock, opcode, payload):
    mask = os.urandom(4)
    masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
    sock.sendall(bytes([0x80 | opcode, 0x80 | len(payload)]) + mask + masked)


def handshake(sock, url, headers, deadline, quiet=False):
    key = base64.b64encode(os.urandom(16)).decode()
    target = url.path + ("?" + url.query if url.query else "")
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {url.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *headers,
    ]
    sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    head = read_head(sock, deadline)
    status = int(head.split()[1])
    if not quiet:
        print("HTTP", status, flush=True)
    if status != 101:
        sys.exit(2)
    magic = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(magic.encode()).digest()).decode()
    if accept not in head:
        raise Closed("wrong Sec-WebSocket-Accept")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    args = parser.parse_args()
    url = urlsplit(args.url)
    deadline = time.monotonic() + args.seconds
    sock = socket.create_connection((url.hostname, url.port or 80))
    try:
        handshake(sock, url, args.headers, deadline)
        seen = 0
        while seen < args.count:
            opcode, payload = read_frame(sock, deadline)
            if opcode == 1:
                print(payload.decode(), flush=True)
                seen += 1
            elif opcode == 9:
                send_frame(sock, 10, payload)
            elif opcode == 8:
                raise Closed("closed by the server")
    except Closed as why:
        print(why, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
