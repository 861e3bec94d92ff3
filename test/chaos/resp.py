"""A small Redis client: one command, one answer (RESP2), over a unix socket."""
import contextlib
import socket
import threading


class RedisError(Exception):
    """Redis answered with an error, or not at all."""


class Redis:
    """Connects at the first command, and anew after every failure.  Threads
    may share it."""

    def __init__(self, path, password_file, timeout=5.0):
        self.path = path
        self.password_file = password_file
        self.timeout = timeout
        self.file = None
        self.lock = threading.Lock()

    def close(self):
        if self.file:
            with contextlib.suppress(OSError):  # it has unsent bytes
                self.file.close()
        self.file = None

    def connect(self):
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.settimeout(self.timeout)
            sock.connect(self.path)
            self.file = sock.makefile("rwb")
        finally:
            sock.close()  # the file holds it
        with open(self.password_file, encoding="ascii") as f:
            self.exchange(("AUTH", f.read().strip()))

    def __call__(self, *words):
        """The answer of a command: int, str, None or a list of them."""
        with self.lock:
            try:
                if not self.file:
                    self.connect()
                return self.exchange(words)
            except (OSError, ValueError) as e:  # ValueError: half an answer
                self.close()
                raise RedisError(f"{words[0]}: {e}") from e

    def exchange(self, words):
        out = [b"*%d\r\n" % len(words)]
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode()
            out.append(b"$%d\r\n%s\r\n" % (len(data), data))
        self.file.write(b"".join(out))
        self.file.flush()
        return self.answer()

    def line(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("closed by Redis")
        return line[:1], line[1:-2].decode("utf-8", "replace")

    def answer(self):
        kind, text = self.line()
        if kind == b"-":
            raise RedisError(text)
        if kind == b"+":
            return text
        if kind == b":":
            return int(text)
        size = int(text)
        if size < 0:
            return None
        if kind == b"*":
            return [self.answer() for _ in range(size)]
        data = self.file.read(size + 2)
        if len(data) != size + 2:
            raise ConnectionError("closed by Redis")
        return data[:-2].decode("utf-8", "replace")
