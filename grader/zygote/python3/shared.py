"""Unit tests in the same interpreter as the submission (`isolation: shared`).

Nothing that it says proves anything: graderd demands each name exactly once
and a final frame, and calls the verdict not verified.  What stands here against
forgery are obstacles, for the careless.
"""

import linecache
import os
import sys
import time
import traceback
import types
import unittest

from assay import report


class Seal:
    """Notices a submission that replaces parts of unittest."""

    def __init__(self):
        objects = [unittest, unittest.case, unittest.suite, unittest.result,
                   unittest.TestCase, unittest.TestSuite, unittest.TestResult,
                   unittest.case._Outcome, report.Result, Result]
        self._was = [(o, dict(vars(o))) for o in objects]

    def broken(self):
        missing = object()
        return any(vars(o).get(k, missing) is not v
                   for o, was in self._was for k, v in was.items())


class Result(report.Result):
    def __init__(self, channel, name_of, seal):
        super().__init__(channel, name_of)
        self.seal = seal

    def startTest(self, test):
        super().startTest(test)
        self.cpu = time.process_time()

    def tell(self, name, ms):
        if self.seal.broken():
            self.note("runtime_error",
                      "The program changes Python's unittest module.")
        super().tell(name, int((time.process_time() - self.cpu) * 1000))


def load(path):
    """A test file beside this program, as a module."""
    name, shown = path[:-len(".py")], "tests/" + path
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


def run(channel, paths):
    """How many tests were told of."""
    seal = Seal()
    with open(report.SOLUTION, "rb") as f:
        _, fault = report.run_solution(f.read())
    if fault is not None:
        channel.send(**{fault[0]: fault[1]})
        return 0
    try:
        tests = report.collect(map(load, paths))
    except BaseException as e:
        channel.send(rest=report.describe(type(e), e, e.__traceback__))
        return 0
    result = Result(channel, report.namer(tests), seal)
    try:
        unittest.TestSuite(tests).run(result)
    except BaseException as e:  # KeyboardInterrupt
        result.rest = report.describe(type(e), e, e.__traceback__)
    if result.rest is not None:
        channel.send(rest=result.rest)
    return result.told


def list_tests(channel, paths):
    try:
        with open(report.SOLUTION, "rb") as f:
            _, fault = report.run_solution(f.read())
        if fault is not None:
            raise ImportError(fault[1])
        tests = report.collect(map(load, paths))
        ids = list(map(report.namer(tests), tests))
    except BaseException:
        channel.send(broken=report.clean(traceback.format_exc()))
        return
    channel.send(ids=ids, verified=False)
    channel.send(plan="none")


def main(mode, paths):
    channel = report.Channel()
    channel.hide()
    sys.argv = [report.SOLUTION]
    sys.path.insert(0, os.getcwd())  # helpers beside the tests
    told = 0
    if mode == "list":
        list_tests(channel, paths)
    else:
        told = run(channel, paths)
    channel.send(end=told)
    return 0  # whatever threads and exit handlers are left
