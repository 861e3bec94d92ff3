"""Run Python unit tests on solution.py; say each result on descriptor 3.

    harness.py list TEST.py...     which tests are there?
    harness.py run  TEST.py...     run them

Runs inside the box, in the same interpreter as the submission.  So nothing
that it says proves anything (design: "verified": false): graderd knows the
names of the tests beforehand, demands each exactly once and a final frame,
and never looks at standard output or error, nor at the exit status alone.

A frame is four bytes of length, most significant first, and a JSON object:

    {"ids": [NAME, ...]}                              list: all of them
    {"test": NAME, "verdict": V, "ms": N, "message": TEXT}
    {"compile": TEXT}       solution.py is not Python; nothing was run
    {"rest": TEXT}          why the tests not yet told of could not run
    {"broken": TEXT}        list: the test files themselves do not load
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
import types
import unittest

SOLUTION = "solution.py"
MESSAGE_MAX = 4000  # characters
FRAMES_MAX = 6      # of a traceback
CHANNEL = 3


class Channel:
    """Frames to graderd.  What it needs is bound before the submission runs:
    an obstacle to forgery, not a wall."""

    def __init__(self):
        try:
            self._fd = fcntl.fcntl(CHANNEL, fcntl.F_DUPFD_CLOEXEC,
                                   100 + os.urandom(1)[0] % 150)
            os.close(CHANNEL)
        except OSError:
            self._fd = CHANNEL
        self._write = os.write
        self._encode = json.JSONEncoder().encode

    def send(self, **frame):
        data = self._encode(frame).encode("ascii")
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


class Seal:
    """Notices a submission that replaces parts of unittest."""

    def __init__(self):
        objects = [unittest, unittest.case, unittest.suite, unittest.result,
                   unittest.TestCase, unittest.TestSuite, unittest.TestResult,
                   unittest.case._Outcome, Result]
        self._was = [(o, dict(vars(o))) for o in objects]

    def broken(self):
        missing = object()
        return any(vars(o).get(k, missing) is not v
                   for o, was in self._was for k, v in was.items())


class Result(unittest.TestResult):
    """Tells of each test as it ends."""

    def __init__(self, channel, name_of):
        super().__init__()
        self.channel = channel
        self.name_of = name_of
        self.told = 0
        self.rest = None
        self.seal = None

    def startTest(self, test):
        super().startTest(test)
        self.verdict, self.message = "accepted", ""
        self.started = time.process_time()

    def stopTest(self, test):
        ms = int((time.process_time() - self.started) * 1000)
        if self.seal.broken():
            self.note("runtime_error",
                      "The program changes Python's unittest module.")
        self.channel.send(test=self.name_of(test), verdict=self.verdict,
                          ms=ms, message=self.message)
        self.told += 1

    def note(self, verdict, message):
        """The first fault counts."""
        if self.verdict == "accepted":
            self.verdict, self.message = verdict, clean(message)

    def addFailure(self, test, err):
        self.note("wrong_answer", text_of(err[1]))

    def addError(self, test, err):
        if isinstance(test, unittest.TestCase):
            self.note("runtime_error", describe(*err))
        elif self.rest is None:  # setUpClass and the like
            self.rest = describe(*err)

    def addSubTest(self, test, subtest, err):
        if err is None:
            return
        if issubclass(err[0], test.failureException):
            self.note("wrong_answer",
                      f"{subtest._subDescription()}: {text_of(err[1])}")
        else:
            self.note("runtime_error", describe(*err))

    def addSkip(self, test, reason):
        # Tests that their author skips are not run at all (see wanted());
        # this one skips itself because of what the submission did.
        self.note("wrong_answer", f"The test was skipped: {reason}")

    def addExpectedFailure(self, test, err):
        pass

    def addUnexpectedSuccess(self, test):
        self.note("wrong_answer", "This should have failed.")


def load(path, name, shown):
    """The module `name` from a file beside this one."""
    with open(path, "rb") as f:
        source = f.read()
    code = compile(source, shown, "exec", dont_inherit=True)
    module = types.ModuleType(name)
    module.__file__ = shown
    sys.modules[name] = module
    text = source.decode("utf-8", "replace")
    linecache.cache[shown] = (len(text), None, text.splitlines(True), shown)
    exec(code, module.__dict__)
    return module


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


def load_tests(paths):
    loader = unittest.TestLoader()
    tests = []
    for path in paths:
        module = load(path, path[:-len(".py")], "tests/" + path)
        tests += flatten(loader.loadTestsFromModule(module))
    if loader.errors:
        raise ImportError(loader.errors[0])
    return tests


def run(channel, paths):
    seal = Seal()
    try:
        load(SOLUTION, "solution", SOLUTION)
    except BaseException as e:
        # compile() has these, too: NUL bytes, too deeply nested, too long.
        # Raised by compile(), there is no frame of the submission.
        own = any(frame.f_code.co_filename == SOLUTION
                  for frame, _ in traceback.walk_tb(e.__traceback__))
        if own:
            channel.send(rest=describe(type(e), e, e.__traceback__))
            return 0
        channel.send(compile=clean(last_lines(type(e), e)))
        return 0
    try:
        tests = load_tests(paths)
    except BaseException as e:
        channel.send(rest=describe(type(e), e, e.__traceback__))
        return 0
    result = Result(channel, namer(tests))
    result.seal = seal
    try:
        unittest.TestSuite(tests).run(result)
    except BaseException as e:  # KeyboardInterrupt
        result.rest = describe(type(e), e, e.__traceback__)
    if result.rest is not None:
        channel.send(rest=result.rest)
    return result.told


def namer(tests):
    """Class.method; with the module in front when there are several."""
    if len({type(test).__module__ for test in tests}) > 1:
        return lambda test: test.id()
    return lambda test: test.id().partition(".")[2]


def list_tests(channel, paths):
    try:
        load(SOLUTION, "solution", SOLUTION)
        tests = load_tests(paths)
        ids = [namer(tests)(test) for test in tests]
    except BaseException:
        channel.send(broken=clean(traceback.format_exc()))
        return
    channel.send(ids=ids)


def main():
    channel = Channel()
    mode, paths = sys.argv[1], sys.argv[2:]
    sys.argv = [SOLUTION]
    sys.path.insert(0, os.getcwd())  # helpers beside the tests
    leave = os._exit
    if mode == "list":
        list_tests(channel, paths)
        told = 0
    else:
        told = run(channel, paths)
    channel.send(end=told)
    leave(0)  # whatever threads and exit handlers are left


main()
