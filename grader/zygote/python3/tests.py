"""The tests' process: run unit tests on a solution that is another process.

A verdict is made here, from values that this process owns.  The submission has
no memory, file or descriptor in common with it but the link, and all that comes
by the link is data: it is decoded within bounds (_wire), and answered only as
far as serve() permits.  Who answers the link wrongly ends his own run.

The module `solution` that tests import is a stand-in.  It has exactly the
names that the model solution defines.  What is asked of a Handle is asked of
the submission, but for the operations that decide (==, <, bool, len, in,
arithmetic …): these are the submission's word on what the tests expect, so
they are refused in every test in which the model solution did not need them.
"""

import ast
import binascii
import importlib.machinery
import linecache
import marshal
import os
import sys
import types
import unittest

import _wire
from assay import report
from assay.link import REQUEST
from assay.stand_in import Solution
from assay.tests_end import Gone, Tests, Undecided

# -- test files, from memory --------------------------------------------------


class Files:
    """Modules that are in no file system: their source, or what an earlier
    process compiled from it."""

    def __init__(self, files, codes):
        self.sources = {name[:-len(".py")]: source
                        for name, source in files.items()
                        if name.endswith(".py")}
        self.codes = codes  # name -> marshalled code

    def code(self, name):
        if name in self.codes:
            return marshal.loads(self.codes[name])
        return compile(self.sources[name], f"tests/{name}.py", "exec",
                       dont_inherit=True)

    def load(self, name):
        """As `import name`, without looking for it."""
        if name not in sys.modules:
            module = sys.modules[name] = types.ModuleType(name)
            self.exec_module(module)
        return sys.modules[name]

    # finder and loader, for what test files import of each other

    def find_spec(self, name, path=None, target=None):
        if name in self.sources:
            return importlib.machinery.ModuleSpec(
                name, self, origin=f"tests/{name}.py")
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__file__ = f"tests/{module.__name__}.py"
        exec(self.code(module.__name__), module.__dict__)


def bound_names(source):
    """The names that a test file gives to things of its own."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef,
                             ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Import):
            names |= {(a.asname or a.name).partition(".")[0]
                      for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module != "solution":
            names |= {a.asname or a.name for a in node.names}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            names |= {n.id for n in ast.walk(node)
                      if isinstance(n, ast.Name)
                      and isinstance(n.ctx, ast.Store)}
    return names


# -- running ------------------------------------------------------------------


class Result(report.Result):
    def __init__(self, channel, name_of, tests, deciding):
        super().__init__(channel, name_of)
        self.tests = tests
        self.deciding = deciding  # names; None: note them (the model's run)
        self.noted = set()
        self.faults = []

    def startTest(self, test):
        super().startTest(test)
        self.tests.begin(self.deciding is None
                         or self.name_of(test) in self.deciding)

    def tell(self, name, ms):
        if self.tests.gone:
            return  # the run's end says what became of it
        if self.tests.refused is not None:
            self.note("wrong_answer", self.tests.refused)
        if self.deciding is not None:
            super().tell(name, ms)
            return
        if self.tests.decided:
            self.noted.add(name)
        if self.verdict != "accepted":
            self.faults.append(f"{name}: {self.message}")

    def describe(self, err):
        lines = getattr(err[1], "__dict__", {}).get("assay__lines")
        return report.clean(lines) if lines else super().describe(err)

    def addError(self, test, err):
        if issubclass(err[0], Gone):
            self.stop()
        elif (issubclass(err[0], Undecided)
              and isinstance(test, unittest.TestCase)):
            self.addFailure(test, err)
        else:
            super().addError(test, err)


# The plan of a package, made by a run of its model solution:
#
#   exports    the names that the model solution defines
#   stars      those of them that `from solution import *` gives
#   deciding   names of tests in which its objects decide
#   tests      (module, class, method) of all tests; None: ask the loader
#   codes      module -> marshalled code

CODES_MAX = 256 * 1024  # bytes
PART = 32 * 1024        # characters in a frame


def new_plan(tests, finder):
    """What must be known before the tests can be imported."""
    public = tests.ask("public", ())
    if type(public) is tuple:
        raise ImportError(public[1])
    bound = set().union(*map(bound_names, finder.sources.values()))
    return {"exports": public, "stars": [n for n in public if n not in bound],
            "deciding": [], "tests": None, "codes": {}}


def complete(plan, result, found, finder):
    plan["deciding"] = sorted(result.noted)
    which = [(type(test).__module__, type(test).__qualname__,
              test._testMethodName) for test in found]
    if all(getattr(sys.modules[module], name, None) is type(test)
           for test, (module, name, _) in zip(found, which)):
        plan["tests"] = which
    codes = {name: marshal.dumps(finder.code(name))
             for name in finder.sources}
    if sum(map(len, codes.values())) <= CODES_MAX:
        plan["codes"] = codes


def send_plan(channel, plan):
    text = binascii.b2a_base64(_wire.encode(plan, None),
                               newline=False).decode()
    for i in range(0, len(text), PART):
        channel.send(plan=text[i:i + PART])


def load(tests, finder, names, plan):
    """Import the test files; their tests, or a fault of the submission."""
    solution = Solution(tests, frozenset(plan["exports"]), plan["stars"])
    sys.modules["solution"] = solution
    sys.meta_path.insert(0, finder)
    first = tests.ask("names", (tuple(plan["exports"]),))
    if type(first) is tuple:
        return None, first
    solution.__dict__["assay__first"] = first
    # an import must give every name; whoever uses one that is missing fails
    modules = [finder.load(name) for name in names]
    solution.__dict__["assay__first"] = None
    if plan["tests"] is None:
        return report.collect(modules), None
    return [getattr(sys.modules[module], name)(method)
            for module, name, method in plan["tests"]], None


def run(tests, channel, found, deciding):
    """`deciding` None: the model's run.  The result."""
    result = Result(channel, report.namer(found), tests, deciding)
    tests.begin(deciding is None or "" in deciding)
    unittest.TestSuite(found).run(result)
    return result


def list_tests(tests, channel, names, finder):
    """Run the model solution: the plan, and nothing if it fails."""
    plan = new_plan(tests, finder)
    found, fault = load(tests, finder, names, plan)
    if fault is not None:
        raise ImportError(fault[1])
    result = run(tests, channel, found, None)
    if tests.gone:
        raise ImportError("the model solution has ended")
    if result.rest or result.faults:
        raise ImportError("\n".join([result.rest or "", *result.faults]))
    complete(plan, result, found, finder)
    channel.send(ids=[result.name_of(test) for test in found],
                 verified=not plan["deciding"])
    send_plan(channel, plan)


def session(fd, channel, names, files, plan):
    """Say everything on the channel; how many tests were told of, or None when
    the submission has gone.  `plan` None: make one."""
    finder = Files(files, plan["codes"] if plan is not None else {})
    tests = Tests(fd, frozenset(finder.sources))
    told = 0
    try:
        if plan is None:
            list_tests(tests, channel, names, finder)
            return 0
        found, fault = load(tests, finder, names, plan)
        if fault is None:
            result = run(tests, channel, found, set(plan["deciding"]))
            told = result.told
            fault = ("rest", result.rest) if result.rest else None
    except Gone:
        return None
    except BaseException as e:
        text = report.describe(type(e), e, e.__traceback__)
        fault = ("broken" if plan is None else "rest", text)
    if tests.gone:
        return None
    if fault is not None:
        channel.send(**{fault[0]: fault[1]})
    return told


def main(fd, mode, names, files):
    """`files`: name -> bytes; "plan" is the plan of a run."""
    channel = report.Channel()
    plan = None
    if mode == "run":
        plan = _wire.decode(binascii.a2b_base64(files.pop("plan")), None)
    told = session(fd, channel, [n[:-len(".py")] for n in names], files, plan)
    if told is not None:
        channel.send(end=told)
    sys.stdout.flush()
    sys.stderr.flush()
    return 0


# -- rehearsal ----------------------------------------------------------------

REHEARSAL = b'''
import unittest
from solution import *


class Rehearsal(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(plain(1, 2), 3)
        self.assertEqual(plain([1], ["x"]), [1, "x"])
        with self.subTest(i=1):
            self.assertTrue(plain(True, False))

    def test_thing(self):
        self.assertEqual(Thing(1).more(), 2)

    def test_fails(self):
        with self.assertRaises(ValueError):
            fails()
        self.assertIn(1, [2])
'''


REHEARSAL_CODE = marshal.dumps(compile(REHEARSAL, "tests/rehearsal.py", "exec"))


def rehearse(fd):
    """With submission.rehearse() at the other end."""
    names = ["Thing", "plain", "fails"]
    null = os.open("/dev/null", os.O_WRONLY | os.O_CLOEXEC)
    plan = {"exports": names, "stars": names, "deciding": [],
            "tests": [("rehearsal", "Rehearsal", name) for name in
                      ("test_fails", "test_plain", "test_thing")],
            "codes": {"rehearsal": REHEARSAL_CODE}}
    plan = _wire.decode(binascii.a2b_base64(binascii.b2a_base64(
        _wire.encode(plan, None))), None)
    session(fd, report.Channel(null), ["rehearsal"],
            {"rehearsal.py": REHEARSAL}, plan)
    os.close(null)
    _wire.send(fd, _wire.encode((REQUEST, "bye"), None))
    sys.meta_path.pop(0)
    for name in ("solution", "rehearsal"):
        sys.modules.pop(name, None)
    linecache.clearcache()
