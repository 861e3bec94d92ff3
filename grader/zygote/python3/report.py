"""What the tests' process says to graderd, and how a run is told.

A frame is four bytes of length, most significant first, and a JSON object:

    {"ids": [NAME, ...], "verified": BOOL}    list: all tests
    {"plan": TEXT}          list: what the next runs are to be given, in parts
    {"test": NAME, "verdict": V, "ms": N, "message": TEXT}
    {"compile": TEXT}       solution.py is not Python; nothing was run
    {"rest": TEXT}          why the tests not yet told of could not run
    {"broken": TEXT}        list: the tests do not load, or fail their model
    {"end": N}              the last one: N tests were told of

Verdicts here: accepted, wrong_answer (an assertion failed), runtime_error.
"""

import fcntl
import json
import linecache
import os
import sys
import time
import traceback
import unittest
from json.encoder import encode_basestring_ascii as quoted

SOLUTION = "solution.py"
MESSAGE_MAX = 4000  # characters
FRAMES_MAX = 6      # of a traceback
CHANNEL = 3
ENCODE = json.JSONEncoder().encode


class Channel:
    """Frames to graderd.  What it needs is bound before any test runs."""

    def __init__(self, fd=CHANNEL):
        self._fd = fd
        self._write = os.write
        self._encode = ENCODE
        self._quoted = quoted

    def hide(self):
        """Where the submission shares the process: an obstacle, not a wall."""
        try:
            fd = fcntl.fcntl(self._fd, fcntl.F_DUPFD_CLOEXEC,
                             100 + os.urandom(1)[0] % 150)
        except OSError:
            return
        os.close(self._fd)
        self._fd = fd

    def send(self, **frame):
        self._send(self._encode(frame))

    def test(self, name, verdict, ms, message):
        self._send(f'{{"test":{self._quoted(name)},"verdict":"{verdict}",'
                   f'"ms":{ms},"message":{self._quoted(message)}}}')

    def _send(self, text):
        data = text.encode("ascii")
        data = len(data).to_bytes(4, "big") + data
        while data:
            data = data[self._write(self._fd, data):]


def clean(text):
    """At most MESSAGE_MAX characters that JSON and PostgreSQL can hold."""
    if len(text) > MESSAGE_MAX:
        text = text[:MESSAGE_MAX] + "…"
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def last_lines(kind, value):
    """NameError: name 'x' is not defined -- even if str() of it is hostile."""
    try:
        text = "".join(traceback.format_exception_only(kind, value)).rstrip()
    except BaseException:
        return kind.__name__
    # a SyntaxError says where in other words than describe()
    return text.replace(f'  File "{SOLUTION}", ', f"{SOLUTION}, ", 1)


def describe(kind, value, tb):
    """The submission's own frames, then the error.  Frames of the tests and
    of the library stay out: tests are not shown, and the library is noise."""
    lines = []
    for frame, number in traceback.walk_tb(tb):
        code = frame.f_code
        if code.co_filename == SOLUTION:
            where = "" if code.co_name == "<module>" else f", in {code.co_name}"
            source = linecache.getline(SOLUTION, number).strip()
            lines.append(f"{SOLUTION}, line {number}{where}\n    {source}")
    if len(lines) > FRAMES_MAX:
        lines = lines[:2] + ["…"] + lines[-(FRAMES_MAX - 3):]
    lines.append(last_lines(kind, value))
    return clean("\n".join(lines))


def text_of(value):
    try:
        return str(value)
    except BaseException:
        return type(value).__name__


class Result(unittest.TestResult):
    """Tells of each test as it ends."""

    def __init__(self, channel, name_of):
        super().__init__()
        self.channel = channel
        self.name_of = name_of
        self.told = 0
        self.rest = None

    def startTest(self, test):
        super().startTest(test)
        self.verdict, self.message = "accepted", ""
        self.started = time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        ms = int((time.monotonic() - self.started) * 1000)
        self.tell(self.name_of(test), ms)

    def tell(self, name, ms):
        self.channel.test(name, self.verdict, ms, self.message)
        self.told += 1

    def note(self, verdict, message):
        """The first fault counts."""
        if self.verdict == "accepted":
            self.verdict, self.message = verdict, clean(message)

    def describe(self, err):
        return describe(*err)

    def addFailure(self, test, err):
        self.note("wrong_answer", text_of(err[1]))

    def addError(self, test, err):
        if isinstance(test, unittest.TestCase):
            self.note("runtime_error", self.describe(err))
        elif self.rest is None:  # setUpClass and the like
            self.rest = self.describe(err)

    def addSubTest(self, test, subtest, err):
        if err is None:
            return
        if issubclass(err[0], test.failureException):
            self.note("wrong_answer",
                      f"{subtest._subDescription()}: {text_of(err[1])}")
        else:
            self.addError(test, err)

    def addSkip(self, test, reason):
        # Tests that their author skips are not run at all (see wanted());
        # this one skips itself because of what the submission did.
        self.note("wrong_answer", f"The test was skipped: {reason}")

    def addExpectedFailure(self, test, err):
        pass

    def addUnexpectedSuccess(self, test):
        self.note("wrong_answer", "This should have failed.")


def wanted(test):
    method = getattr(test, test._testMethodName, None)
    return not (getattr(test, "__unittest_skip__", False)
                or getattr(method, "__unittest_skip__", False))


def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        elif wanted(test):
            yield test


def collect(modules):
    """All tests of these modules that their author wants run."""
    loader = unittest.TestLoader()
    tests = []
    for module in modules:
        tests += flatten(loader.loadTestsFromModule(module))
    if loader.errors:
        raise ImportError(loader.errors[0])
    return tests


def namer(tests):
    """Class.method; with the module in front when there are several."""
    if len({type(test).__module__ for test in tests}) > 1:
        return lambda test: test.id()
    return lambda test: test.id().partition(".")[2]


def run_solution(source):
    """As the module `solution`.  The module, and None or what kept it from
    running: ("compile" or "rest", text)."""
    module = type(os)("solution")
    module.__file__ = SOLUTION
    try:
        code = compile(source, SOLUTION, "exec", dont_inherit=True)
    except BaseException as e:
        # besides SyntaxError: NUL bytes, too deeply nested, too long
        return module, ("compile", clean(last_lines(type(e), e)))
    # its lines, in a traceback, are read from the file of that name
    sys.modules["solution"] = module
    try:
        exec(code, module.__dict__)
    except BaseException as e:
        return module, ("rest", describe(type(e), e, e.__traceback__))
    return module, None
