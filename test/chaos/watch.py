"""Pages of students, without the browser (I8: what they show is the truth).

A Watch is one open page: a websocket to /api/events, by hand (RFC 6455), and
GETs.  It follows docs/INTERFACES.md, Events, as static/src/tracker.js does:

  - an event whose `seq` is not above the last one's is ignored;
  - it GETs at every (re)connect, and after a while of silence as long as
    something is pending, whether it is connected or not;
  - a lost connection is made again after a growing pause with full jitter.

It also keeps what no page may ever see: `wrong` lists a GET that was begun
after a verdict was pushed and that did not know of it, a verdict that differs
from the pushed one, and a state that went back.
"""
import base64
import http.client
import json
import os
import random
import select
import socket
import struct
import threading
import time
from urllib.parse import urlsplit

FIRST_PAUSE = 0.4      # seconds, doubled at each failure
LONGEST_PAUSE = 30.0
SILENCE = 5.0          # something is pending: GET after so long
QUIET = 60.0           # nothing is: only now and then
RANK = {"queued": 0, "running": 1, "judged": 2, "replaced": 2}


class Gone(Exception):
    """The connection is closed, or was refused."""


class Socket:
    """A websocket of one page: frames in, pongs out."""

    def __init__(self, url, token, timeout=5, receive_buffer=None):
        parts = urlsplit(url)
        self.buffer = b""
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                 receive_buffer)
        self.sock.settimeout(timeout)
        try:
            self.sock.connect((parts.hostname, parts.port or 80))
            self._handshake(parts.netloc, token)
        except (OSError, ValueError, IndexError) as why:
            self.close()
            raise Gone(str(why)) from None
        except Gone:
            self.close()
            raise

    def _handshake(self, host, token):
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((
            f"GET /api/events HTTP/1.1\r\nHost: {host}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {token}\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split(None, 2)[1])
        if self.status != 101:
            raise Gone(f"HTTP {self.status}")

    def _more(self):
        data = self.sock.recv(65536)
        if not data:
            raise Gone("closed by the server")
        self.buffer += data

    def fileno(self):
        return self.sock.fileno()

    def texts(self):
        """The messages that are there now; blocks for one read at most."""
        try:
            self._more()
        except OSError as why:
            raise Gone(str(why)) from None
        found = []
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == 1:
                found.append(payload.decode())
            elif opcode == 9:
                self._send(10, payload)
            elif opcode == 8:
                raise Gone("closed by the server")
        return found

    def _frame(self):
        data = self.buffer
        if len(data) < 2:
            return None
        size, at = data[1] & 0x7F, 2
        if size == 126:
            if len(data) < 4:
                return None
            size, at = struct.unpack(">H", data[2:4])[0], 4
        elif size == 127:
            if len(data) < 10:
                return None
            size, at = struct.unpack(">Q", data[2:10])[0], 10
        if len(data) < at + size:
            return None
        self.buffer = data[at + size:]
        return data[0] & 0x0F, data[at:at + size]

    def _send(self, opcode, payload):
        mask = os.urandom(4)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        try:
            self.sock.sendall(
                bytes([0x80 | opcode, 0x80 | len(payload)]) + mask + masked)
        except OSError as why:
            raise Gone(str(why)) from None

    def close(self):
        self.sock.close()


def get(url, token, path, timeout=5):
    """(status, JSON or None); (0, None) when there was no answer."""
    parts = urlsplit(url)
    link = http.client.HTTPConnection(parts.hostname, parts.port,
                                      timeout=timeout)
    try:
        link.request("GET", path, headers={
            "Authorization": f"Bearer {token}", "Accept": "application/json"})
        answer = link.getresponse()
        body = answer.read()
        return answer.status, json.loads(body) if body else None
    except (OSError, ValueError, http.client.HTTPException):
        return 0, None
    finally:
        link.close()


class Watch(threading.Thread):
    """One open page.  `items` is what it shows: {id: {state, seq, …}}."""

    def __init__(self, url, token, user, rng=None):
        super().__init__(daemon=True, name=f"watch-{user}")
        self.url, self.token, self.user = url, token, user
        self.rng = rng or random.Random()
        self.items = {}
        self.wrong = []
        self.connects = self.events = self.gets = 0
        self.connected = False
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._socket = None
        self._failures = 0
        self._at = 0.0           # when to connect again
        self._silence = 0.0      # when to GET for want of news

    # -- what others call ------------------------------------------------------

    def shown(self):
        """{id: (state, verdict)} as a student sees it now."""
        with self._lock:
            return {i: (v["state"], v.get("verdict"))
                    for i, v in self.items.items()}

    def handed_in(self, number):
        """This page's own POST was answered with a submission's number."""
        with self._lock:
            self.items.setdefault(number, {"state": "queued", "seq": -1})
        self._silence = min(self._silence, time.monotonic() + SILENCE)

    def cut(self):
        """The network is gone: no FIN is waited for."""
        link = self._socket
        if link is not None:
            try:
                link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                     struct.pack("ii", 1, 0))
                link.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass # it was gone already

    def stop(self):
        self._ended.set()

    # -- the page --------------------------------------------------------------

    def run(self):
        while not self._ended.is_set():
            now = time.monotonic()
            if self._socket is None and now >= self._at:
                self._connect()
            if now >= self._silence:
                self._resync()
            self._listen()
        self._drop()

    def _connect(self):
        try:
            self._socket = Socket(self.url, self.token)
        except Gone:
            self._failed()
            return
        self.connects += 1
        self.connected = True
        self._failures = 0
        self._resync()

    def _failed(self):
        self._drop()
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** self._failures)
        self._failures += 1
        self._at = time.monotonic() + longest * self.rng.uniform(0.25, 1)

    def _drop(self):
        self.connected = False
        link, self._socket = self._socket, None
        if link is not None:
            link.close()

    def _listen(self):
        due = self._silence
        if self._socket is None:
            due = min(due, self._at)
        pause = min(0.2, max(0.0, due - time.monotonic()))
        if self._socket is None:
            self._ended.wait(pause)
            return
        try:
            if select.select([self._socket], [], [], pause)[0]:
                for text in self._socket.texts():
                    self._hear(json.loads(text))
                self._heard()
        except (Gone, OSError, ValueError):
            self._failed()

    def _pending(self):
        return [i for i, v in self.items.items() if RANK[v["state"]] < 2]

    def _heard(self):
        self._silence = time.monotonic() + (
            SILENCE if self._pending() else QUIET)

    def _hear(self, event):
        if event.get("type") != "submission":
            return
        self.events += 1
        with self._lock:
            old = self.items.get(event["id"])
            if old and event["seq"] <= old["seq"]:
                return
            if old and RANK[old["state"]] == 2:
                # what a GET knew first, a late push may follow: no harm
                if event["state"] != old["state"] and old.get("pushed"):
                    self.wrong.append(f"{event['id']}: {event['state']} came "
                                      f"after {old['state']}")
                return
            self.items[event["id"]] = {
                "state": event["state"], "seq": event["seq"],
                "verdict": event.get("verdict"), "pushed": True}

    # -- the truth, as GET tells it --------------------------------------------

    def _resync(self):
        """The list, and each that we still believe to be pending."""
        known = {i: v["state"] for i, v in self.items.items()}
        self.gets += 1
        status, answer = get(self.url, self.token, "/api/submissions?limit=50")
        if status == 200:
            for told in answer["submissions"]:
                self._take(told, known)
        for number in self._pending():
            known = {i: v["state"] for i, v in self.items.items()}
            status, told = get(self.url, self.token,
                               f"/api/submissions/{number}")
            if status == 200:
                self._take(told, known)
            elif status == 404:
                self.wrong.append(f"{number}: shown, but GET is 404")
        self._heard()
        if status != 200 and self._pending():
            self._silence = time.monotonic() + self.rng.uniform(1, 3)

    def _take(self, told, known):
        """`known`: what was shown when this GET was begun."""
        state = {"graded": "judged", "replaced": "replaced"}.get(told["status"])
        number = told["id"]
        with self._lock:
            old = self.items.get(number)
            if state is None:
                if known.get(number) == "judged":
                    self.wrong.append(f"{number}: GET is pending after its "
                                      "verdict was pushed")
                if old is None:
                    self.items[number] = {"state": "queued", "seq": -1}
                return
            if (old and old["state"] == "judged"
                    and old.get("verdict") != told["verdict"]):
                self.wrong.append(f"{number}: {old.get('verdict')} was shown, "
                                  f"GET says {told['verdict']}")
            self.items[number] = {
                "state": state, "verdict": told["verdict"],
                "seq": old["seq"] if old else -1}


def differences(watch, truth):
    """Where a page shows something else than `truth`, {id: (state, verdict)}
    of its user's submissions: a list of lines."""
    return [f"user {watch.user}: submission {i} is shown as {what}, and is "
            f"{truth.get(i, 'none of hers')}"
            for i, what in sorted(watch.shown().items())
            if truth.get(i) != what]
