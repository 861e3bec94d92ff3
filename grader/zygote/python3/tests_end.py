"""The tests' end of the link: what is asked of the submission, what is believed
of its answers, and what it may ask.
"""

import builtins
import io
import random
import sys
import types
import unittest
import weakref

import _wire
from assay import link, report
from assay.stand_in import Missing, ProgramError
from assay.submission import BACK, ERR, INPUT, MODULE, OUT

MUTABLE = (list, dict, set, bytearray)


class Gone(BaseException):
    """The submission has ended, or does not keep to the protocol.  No test
    that catches Exception should hide it."""


class Undecided(AssertionError):
    """An operation of a handle would decide the test."""


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
            encoded = _wire.encode(message, self.export)
        except RecursionError:
            raise ValueError("too deeply nested to be passed") from None
        try:
            reply = _wire.decode(
                _wire.exchange(self.fd, encoded), self.resolve)
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
        _wire.encode(value, self.export)
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
