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
import builtins
import importlib.machinery
import io
import linecache
import marshal
import os
import random
import sys
import types
import unittest
import weakref

from assay import link, report
from assay.submission import BACK, ERR, INPUT, MODULE, OUT

MUTABLE = (list, dict, set, bytearray)


class Gone(BaseException):
    """The submission has ended, or does not keep to the protocol.  No test
    that catches Exception should hide it."""


class Undecided(AssertionError):
    """An operation of a handle would decide the test."""


class Missing:
    """A name that the submission does not define, imported by its tests."""

    def __init__(self, name):
        object.__setattr__(self, "name", name)

    def _fail(self, *args, **kwargs):
        raise AttributeError(
            f"the program does not define {object.__getattribute__(self, 'name')!r}")

    __call__ = __getattr__ = __setattr__ = __iter__ = __len__ = _fail
    __eq__ = __lt__ = __le__ = __bool__ = __str__ = __repr__ = _fail
    __getitem__ = __contains__ = __instancecheck__ = __mro_entries__ = _fail
    __hash__ = None


class Solution(types.ModuleType):
    """What `import solution` gives."""

    def __init__(self, tests, exports, stars):
        super().__init__("solution")
        self.__dict__.update(assay__tests=tests, assay__exports=exports,
                             __all__=stars, assay__first=None)

    def __getattr__(self, name):
        d = self.__dict__
        if name not in d["assay__exports"]:
            raise AttributeError(
                f"the model solution does not define {name!r}, so a solution "
                "need not, either")
        first = d["assay__first"]
        if first is not None:  # the tests are being imported
            return first[name] if name in first else Missing(name)
        return d["assay__tests"].attribute(name)

    def __setattr__(self, name, value):
        if name.startswith("__"):
            super().__setattr__(name, value)
        else:
            raise AttributeError("tests cannot replace parts of a solution "
                                 "that is another process")


class ProgramError:
    """Mixed into the classes of a submission's own exceptions."""

    def __getattr__(self, name):
        error = self.__dict__.get("assay__error")
        if name.startswith("__") or error is None:
            raise AttributeError(name)
        return getattr(error, name)

    def __str__(self):
        return self.__dict__.get("assay__text", "")


class Tests(link.Link):
    def __init__(self, fd, modules):
        super().__init__(fd)
        self.modules = modules  # names of the tests' own
        self.dropped = set()    # numbers of handles that are gone
        self.classes = {}       # number -> exception class made here
        self.class_numbers = {}
        self.gone = False
        self.may_decide = True  # may operations of handles decide now?
        self.decided = False    # since begin()
        self.refused = None     # the first refusal since begin()
        self.streams = (sys.stdout, sys.stderr, sys.stdin, builtins.input)
        self.solution = link.Handle(self, MODULE, "solution")

    def begin(self, may_decide):
        self.may_decide, self.decided, self.refused = may_decide, False, None

    # -- the submission's objects --

    def export(self, o):
        number = self.class_numbers.get(o) if isinstance(o, type) else None
        if number is not None:
            return link.OWN, number
        if isinstance(o, (types.ModuleType, types.FrameType, types.CodeType,
                          types.TracebackType, unittest.TestCase,
                          unittest.TestResult, link.Link, Missing)):
            raise TypeError(f"a test cannot pass a {type(o).__name__} to a "
                            "program that is another process")
        return super().export(o)

    def handle(self, number, kind, name, bases):
        self.dropped.discard(number)
        if kind == link.EXCEPTION:
            return self.exception_class(number, name, bases)
        known = self.handles.get(number)
        found = known() if known is not None else None
        if found is None:
            make = link.Handle if kind == link.OBJECT else link.CallableHandle
            found = make(self, number, name)
            self.handles[number] = weakref.ref(found)
        return found

    def forget(self, number):
        known = self.handles.get(number)
        if number != MODULE and (known is None or known() is None):
            self.dropped.add(number)
            self.handles.pop(number, None)

    def exception_class(self, number, name, bases):
        """A class of ours with the name of theirs, under the built-in
        exception that theirs is under."""
        if number not in self.classes:
            base = Exception
            for is_builtin, of in bases:
                found = getattr(builtins, of, None) if is_builtin else None
                if isinstance(found, type) and issubclass(found, Exception):
                    base = found
                    break
            made = type(name, (ProgramError, base), {"__module__": "solution"})
            self.classes[number] = made
            self.class_numbers[made] = number
        return self.classes[number]

    def rebuild(self, error):
        """The exception that was raised there, as one of ours."""
        kind, args, text, lines, user = error
        if not (isinstance(kind, type) and issubclass(kind, BaseException)
                and type(args) is tuple and type(text) is str
                and type(lines) is str):
            raise ValueError("damaged error")
        if issubclass(kind, KeyboardInterrupt):  # would end all tests
            kind = RuntimeError
        try:
            made = kind(*args)
        except Exception:
            made = kind.__new__(kind)
            made.args = (text,)
        made.__dict__["assay__text"] = text
        made.__dict__["assay__lines"] = lines
        made.__dict__["assay__error"] = user
        return made

    # -- asking --

    def exchange(self, message):
        if self.gone:
            raise Gone
        try:
            encoded = link._wire.encode(message, self.export)
        except RecursionError:
            raise ValueError("too deeply nested to be passed") from None
        try:
            reply = link._wire.decode(
                link._wire.exchange(self.fd, encoded), self.resolve)
            if type(reply) is tuple and len(reply) >= 2:
                return reply
        except Exception:
            pass
        self.gone = True
        raise Gone

    def flags(self):
        out, err, stdin, read = self.streams
        return ((OUT if sys.stdout is not out else 0)
                | (ERR if sys.stderr is not err else 0)
                | (INPUT if sys.stdin is not stdin
                   or builtins.input is not read else 0))

    def ask(self, operation, args, kwargs=None):
        if operation in link.DECIDING:
            self.decide(operation, args)
        flags = self.flags()
        if any(type(a) in MUTABLE for a in args) or kwargs and any(
                type(a) in MUTABLE for a in kwargs.values()):
            flags |= BACK
        dropped, self.dropped = self.dropped, set()
        reply = self.answered((link.REQUEST, operation, args, kwargs or None,
                               flags, tuple(dropped)))
        try:
            kind, value, out, err, back = reply
            self.print(out, err)
            if back is not None:
                for old, new in zip(args, back[0]):
                    merge(old, new)
                for name in kwargs or ():
                    merge(kwargs[name], back[1][name])
            if kind == link.RESULT:
                return value
            error = self.rebuild(value)
        except Exception:
            self.gone = True
            raise Gone from None
        raise error

    def decide(self, operation, args):
        self.decided = True
        if self.may_decide:
            return
        name = next((a.assay__name for a in args
                     if isinstance(a, link.Handle)), "object")
        self.refused = (f"The program gave an object of its class {name} where "
                        f"the tests need a plain value (operation: "
                        f"{operation.rstrip('_')}).")
        raise Undecided(self.refused)

    def attribute(self, name):
        return self.ask("getattr", (self.solution, name))

    def print(self, out, err):
        if out is not None:
            sys.stdout.write(out)
        if err is not None:
            sys.stderr.write(err)

    # -- being asked --

    def permitted(self, operation, args, kwargs):
        """Only what a test has passed may be asked for anything, and only by
        its public side: nothing leads from there into this interpreter."""
        if operation == "input":
            return builtins.input(*map(str, args))
        if operation in ("read", "readline"):
            return getattr(sys.stdin, operation)(*map(int, args))
        o = args[0]
        if id(o) not in self.numbers:
            raise TypeError("not an object of the tests")
        if operation in ("getattr", "setattr", "delattr"):
            self.check_attribute(operation, o, args[1])
        elif operation in ("dir", "copy", "deepcopy"):
            raise TypeError(f"{operation} is not passed on")
        return link.OPERATIONS[operation](*args, **(kwargs or {}))

    def check_attribute(self, operation, o, name):
        own = type(o).__module__ in self.modules
        open_types = (io.StringIO, io.BytesIO, random.Random)
        mock = sys.modules.get("unittest.mock")
        if operation == "getattr" and not own:
            own = isinstance(o, open_types) or (
                mock is not None and isinstance(o, mock.NonCallableMock))
        if not own or type(name) is not str or name.startswith("_"):
            raise AttributeError(f"{name!r} is not passed on")

    def serve(self, message):
        try:
            _, operation, args, kwargs, out, err = message
            self.print(out, err)
            return link.RESULT, self.sendable(
                self.permitted(operation, args, kwargs))
        except Gone:
            raise
        except BaseException as e:
            kind = type(e)
            if kind.__module__ != "builtins" and kind not in self.class_numbers:
                kind = RuntimeError
            return link.ERROR, (kind, (report.text_of(e),), report.text_of(e))

    def sendable(self, value):
        link._wire.encode(value, self.export)
        return value


def merge(old, new):
    """What the submission did to an argument, done to the tests' own."""
    if type(old) is not type(new):
        return new
    if type(old) is list:
        old[:] = [merge(old[i], item) if i < len(old) else item
                  for i, item in enumerate(new)]
    elif type(old) is dict:
        merged = {k: merge(old[k], v) if k in old else v
                  for k, v in new.items()}
        old.clear()
        old.update(merged)
    elif type(old) is set:
        old.clear()
        old.update(new)
    elif type(old) is bytearray:
        old[:] = new
    else:
        return new
    return old


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
    text = binascii.b2a_base64(link._wire.encode(plan, None),
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
        plan = link._wire.decode(binascii.a2b_base64(files.pop("plan")), None)
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
    plan = link._wire.decode(binascii.a2b_base64(binascii.b2a_base64(
        link._wire.encode(plan, None))), None)
    session(fd, report.Channel(null), ["rehearsal"],
            {"rehearsal.py": REHEARSAL}, plan)
    os.close(null)
    link._wire.send(fd, link._wire.encode((link.REQUEST, "bye"), None))
    sys.meta_path.pop(0)
    for name in ("solution", "rehearsal"):
        sys.modules.pop(name, None)
    linecache.clearcache()
