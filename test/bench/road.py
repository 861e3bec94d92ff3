#!/usr/bin/python3
"""The road of a submission, from POST to the verdict that the page is pushed.

    road.py URL --count N     one after another: the latencies
    road.py URL --queue N     N users hand in one program each, and go
"""
import argparse
import http.client
import json
import os
import pathlib
import socket
import sys
import time
from urllib.parse import urlsplit

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lib"))
import websocket  # noqa: E402 (beside this file)

PROGRAM = 'def hello():\n    return "Hello"  # {}\n'
WHERE = "/api/assignments/hello/submissions?language=python3"


def request(conn, method, path, token=None, body=None, kind=None):
    headers = {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if kind:
        headers["Content-Type"] = kind
    conn.request(method, path, body, headers)
    answer = conn.getresponse()
    text = answer.read()
    if answer.status not in (200, 201, 202):
        sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
    return json.loads(text)


def sign_up(conn):
    return request(conn, "POST", "/api/users", None, "{}", "application/json")[
        "token"
    ]


def program():
    return PROGRAM.format(os.urandom(8).hex())  # never judged before


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1,
                             int(len(sorted_values) * share))]


def one_user(url, count, accepted, judged):
    conn = http.client.HTTPConnection(url.hostname, url.port)
    token = sign_up(conn)
    far = time.monotonic() + 600
    sock = socket.create_connection((url.hostname, url.port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    websocket.handshake(sock, url._replace(path="/api/events"),
                        [f"Authorization: Bearer {token}"], far, quiet=True)
    time.sleep(1)  # the subscription follows the handshake
    for _ in range(count):
        start = time.monotonic()
        submission = request(conn, "POST", WHERE, token, program(),
                             "text/x-python")["id"]
        accepted.append((time.monotonic() - start) * 1000)
        while True:
            opcode, payload = websocket.read_frame(sock, far)
            if opcode == 9:
                websocket.send_frame(sock, 10, payload)
            if opcode != 1:
                continue
            event = json.loads(payload)
            if event["id"] == submission and event["state"] == "judged":
                break
        judged.append((time.monotonic() - start) * 1000)
        if event["verdict"] != "accepted":
            sys.exit(f"submission {submission}: {event['verdict']}")
    sock.close()


def latencies(url, count):
    accepted, judged = [], []
    while len(judged) < count:  # a user may not hand in for ever without pause
        one_user(url, min(50, count - len(judged)), accepted, judged)
    for name, values in (("POST -> 202", accepted),
                         ("POST -> pushed verdict", judged)):
        values.sort()
        print(f"{name:24s} median {percentile(values, 0.5):7.1f} ms"
              f"   p99 {percentile(values, 0.99):7.1f} ms"
              f"   fastest {values[0]:7.1f} ms   ({count} submissions)")


def queue(url, count):
    conn = http.client.HTTPConnection(url.hostname, url.port)
    tokens = [sign_up(conn) for _ in range(count)]
    start = time.monotonic()
    for token in tokens:
        request(conn, "POST", WHERE, token, program(), "text/x-python")
    took = time.monotonic() - start
    print(f"accepted {count} submissions at {count / took:.0f}/s"
          " (one client, one after another)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--count", type=int)
    parser.add_argument("--queue", type=int)
    args = parser.parse_args()
    url = urlsplit(args.url)
    if args.count:
        latencies(url, args.count)
    if args.queue:
        queue(url, args.queue)


main()
