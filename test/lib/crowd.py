#!/usr/bin/python3
"""Many requests at once, from one address, for tests.

    crowd.py URL [--from ADDRESS] [--hold FILE] <requests >answers

A request is a line of JSON: {"method", "path", "headers": {…}, "body"}; all but
`path` may be absent.  Every connection is made first; then all requests are
sent, in one breath.  An answer is a line of JSON, in the same order: {"status",
"retry_after", "seconds", "body"}; status 0 when the connection was closed
without one.  On standard error: how long it took to send them all, and the
slowest answer.  A connection cannot be made: that ends the program.

With --hold, connections are kept open while FILE is there, for a minute at
most: the answers are printed first, of websockets only the head.
"""
import argparse
import asyncio
import json
import os
import sys
import time
from urllib.parse import urlsplit

TIMEOUT = 60  # for one answer: much longer than nginx lets a program take


def request_bytes(spec, netloc):
    body = spec.get("body", "").encode()
    headers = {"Host": netloc, "Connection": "close", **spec.get("headers", {})}
    if body or spec.get("method", "GET") != "GET":
        headers["Content-Length"] = str(len(body))
    lines = [f"{spec.get('method', 'GET')} {spec['path']} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def unchunk(data):
    whole = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        n = int(size or b"0", 16)
        whole += data[:n]
        data = data[n + 2:]
    return whole


async def read_answer(reader, head_only):
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    status = int(lines[0].split()[1])
    body = b""
    if not head_only or status != 101:
        if "content-length" in headers:
            body = await reader.readexactly(int(headers["content-length"]))
        else:
            body = await reader.read()
        if headers.get("transfer-encoding") == "chunked":
            body = unchunk(body)
    return {
        "status": status,
        "retry_after": headers.get("retry-after"),
        "body": body.decode(),
    }


async def ask(connection, data, head_only):
    reader, writer = connection
    start = time.monotonic()
    writer.write(data)
    try:
        answer = await asyncio.wait_for(read_answer(reader, head_only), TIMEOUT)
    except (asyncio.IncompleteReadError, ConnectionError,
            asyncio.TimeoutError) as why:
        answer = {"status": 0, "retry_after": None, "body": repr(why)}
    answer["seconds"] = round(time.monotonic() - start, 3)
    return answer, time.monotonic()


async def crowd(args, specs):
    url = urlsplit(args.url)
    local = (args.source, 0) if args.source else None
    connections = []
    for _ in specs:
        connections.append(await asyncio.open_connection(
            url.hostname, url.port or 80, local_addr=local))
    data = [request_bytes(spec, url.netloc) for spec in specs]
    start = time.monotonic()
    tasks = [asyncio.ensure_future(ask(c, d, args.hold is not None))
             for c, d in zip(connections, data)]
    await asyncio.sleep(0)  # each has written its request when this is over
    sent = time.monotonic() - start
    answers = await asyncio.gather(*tasks)
    for answer, _ in answers:
        print(json.dumps(answer))
    sys.stdout.flush()
    slowest = max((a["seconds"] for a, _ in answers), default=0)
    print(f"{len(specs)} requests sent within {sent:.3f} s, "
          f"slowest answer {slowest:.3f} s", file=sys.stderr)
    end = time.monotonic() + TIMEOUT  # whoever was to take it away may be dead
    while (args.hold is not None and os.path.exists(args.hold)
           and time.monotonic() < end):
        await asyncio.sleep(0.05)
    for _, writer in connections:
        writer.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--from", dest="source")
    parser.add_argument("--hold")
    args = parser.parse_args()
    specs = [json.loads(line) for line in sys.stdin]
    asyncio.run(crowd(args, specs))


if __name__ == "__main__":
    main()
