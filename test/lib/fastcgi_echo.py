#!/usr/bin/python3
"""A FastCGI program that answers with its parameters, a `NAME=VALUE` line each.

    fastcgi_echo.py SOCKET

Stands in a handler's place, so that a test sees what nginx gives it.
"""
import os
import socket
import struct
import sys

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def read(conn, size):
    data = b""
    while len(data) < size:
        chunk = conn.recv(size - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data


def length(data, at):
    if data[at] < 128:
        return data[at], at + 1
    return struct.unpack(">I", data[at:at + 4])[0] & 0x7FFFFFFF, at + 4


def pairs(data):
    at = 0
    while at < len(data):
        name, at = length(data, at)
        value, at = length(data, at)
        yield data[at:at + name] + b"=" + data[at + name:at + name + value]
        at += name + value


def serve(conn):
    params = b""
    while True:
        _, kind, request, size, pad, _ = struct.unpack(">BBHHBB", read(conn, 8))
        data = read(conn, size)
        read(conn, pad)
        if kind == PARAMS:
            params += data
        if kind == STDIN and size == 0:
            break
    body = b"Content-Type: text/plain\r\n\r\n" + b"\n".join(pairs(params)) + b"\n"
    for kind, data in ((STDOUT, body), (STDOUT, b""), (END, bytes(8))):
        conn.sendall(struct.pack(">BBHHBB", 1, kind, request, len(data), 0, 0))
        conn.sendall(data)


def main():
    path = sys.argv[1]
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o666)
    listener.listen(16)
    while True:
        conn, _ = listener.accept()
        with conn:
            try:
                serve(conn)
            except EOFError:
                pass


main()
