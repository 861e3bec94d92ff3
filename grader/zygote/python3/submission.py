"""The submission's process: run solution.py, as a program, or as the module
that the tests at the other end of the link ask for.

Nothing in here is trusted by anybody: from the moment that solution.py runs,
all of this process is the submission's.
"""

import builtins
import gc
import io
import os
import signal
import sys
import threading
import traceback
import types

import _wire
from assay import link, report

# what the tests' end asks for, besides the operation (tests.py)
OUT, ERR, INPUT, BACK = 1, 2, 4, 8

MODULE = 0  # the number of the module `solution`


# -- a program ----------------------------------------------------------------


def exit_status(code):
    """What SystemExit(code) means to python3."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xff
    print(code, file=sys.stderr)
    return 1


def new_main(path):
    """An empty module __main__, and its names."""
    main = types.ModuleType("__main__")
    main.__file__ = path
    main.__builtins__ = builtins
    main.__annotations__ = {}
    main.__cached__ = None
    sys.modules["__main__"] = main
    return vars(main)


def tell(error):
    """An exception that nobody caught.  The program's exit status."""
    if isinstance(error, SystemExit):
        return exit_status(error.code)
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except BaseException:
        traceback.print_exc()
    return 1


def end_main(names, error):
    """What python3 does at its end and a program may see: it waits for threads
    and calls exit handlers; globals and cycles go.  The exit status."""
    status = 0 if error is None else tell(error)
    interrupted = isinstance(error, KeyboardInterrupt)
    del error
    try:
        threading._shutdown()
        import atexit
        atexit._run_exitfuncs()
    except BaseException as e:
        tell(e)
    for name in list(names):
        if name != "__builtins__":
            names[name] = None
    gc.collect()
    if interrupted:
        flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return status


def flush():
    for f in (sys.stdout, sys.stderr):
        try:
            f.flush()
        except BaseException:
            pass


# -- the module of the tests --------------------------------------------------


class TestsInput(io.TextIOBase):
    """sys.stdin while the tests have theirs replaced."""

    def __init__(self, program):
        self.program = program

    def readable(self):
        return True

    def read(self, size=-1):
        return self.program.ask("read", (size,))

    def readline(self, size=-1):
        return self.program.ask("readline", (size,))


class Program(link.Link):
    def __init__(self, fd, source):
        super().__init__(fd)
        self.printed = {}  # "stdout" or "stderr" -> buffer
        self.module, self.fault = report.run_solution(source)
        self.objects[MODULE] = self.module
        self.numbers[id(self.module)] = MODULE

    # -- what the tests own --

    def handle(self, number, kind, name, bases):
        if number not in self.handles:
            make = link.CallableHandle if kind != link.OBJECT else link.Handle
            self.handles[number] = make(self, number, name)
        return self.handles[number]

    def forget(self, number):
        pass

    def ask(self, operation, args, kwargs=None):
        reply = self.answered(
            (link.REQUEST, operation, args, kwargs or None, *self.output()))
        if reply[0] == link.RESULT:
            return reply[1]
        kind, args, text = reply[1]
        if isinstance(kind, type) and issubclass(kind, BaseException):
            raise kind(*args)
        raise RuntimeError(text)

    # -- standard streams --

    def output(self):
        """What was printed since the last message: to standard output, error."""
        texts = []
        for name in ("stdout", "stderr"):
            buffer = self.printed.get(name)
            text = None if buffer is None else buffer.getvalue()
            if text:
                buffer.seek(0)
                buffer.truncate()
            texts.append(text or None)
        return texts

    def redirect(self, flags):
        saved = (self.printed, sys.stdout, sys.stderr, sys.stdin,
                 builtins.input)
        self.printed = {}
        if flags & OUT:
            sys.stdout = self.printed["stdout"] = io.StringIO()
        if flags & ERR:
            sys.stderr = self.printed["stderr"] = io.StringIO()
        if flags & INPUT:
            sys.stdin = TestsInput(self)
            builtins.input = lambda prompt="": self.ask("input", (prompt,))
        return saved

    def restore(self, saved):
        (self.printed, sys.stdout, sys.stderr, sys.stdin,
         builtins.input) = saved

    # -- serving --

    def names(self, wanted):
        """Those of these names that there are, with their objects."""
        if self.fault is not None:
            return self.fault
        found = vars(self.module)
        return {name: found[name] for name in wanted if name in found}

    def public(self):
        """The names that this solution defines (for the model solution)."""
        if self.fault is not None:
            return self.fault
        imported = (type, types.FunctionType, types.BuiltinFunctionType)
        return [name for name, o in vars(self.module).items()
                if not name.startswith("_")
                and not isinstance(o, types.ModuleType)
                and not (isinstance(o, imported)
                         and o.__module__ != "solution")]

    def error(self, e):
        args = e.args
        try:
            _wire.encode(args, self.export)
        except BaseException:
            args = (report.text_of(e),)
        kind = type(e)
        user = None if kind.__module__ == "builtins" else e
        return (kind, args, report.text_of(e)[:report.MESSAGE_MAX],
                report.describe(kind, e, e.__traceback__), user)

    def carry_out(self, operation, args, kwargs):
        if operation == "names":
            return self.names(*args)
        if operation == "public":
            return self.public()
        return link.OPERATIONS[operation](*args, **(kwargs or {}))

    def serve(self, message):
        _, operation, args, kwargs, flags, dropped = message
        for number in dropped:
            self.drop(number)
        before = back = None
        if flags & BACK:
            before = _wire.encode((args, kwargs), self.export)
        saved = self.redirect(flags) if flags else None
        try:
            kind, value = link.RESULT, self.carry_out(operation, args, kwargs)
        except BaseException as e:
            kind, value = link.ERROR, self.error(e)
        out, err = self.output()
        if saved is not None:
            self.restore(saved)
        if before is not None:
            try:
                if _wire.encode((args, kwargs), self.export) != before:
                    back = (args, kwargs)
            except BaseException:
                pass  # it cannot travel any more: the tests keep theirs
        return self.sendable((kind, value, out, err, back))

    def sendable(self, reply):
        """What cannot be sent becomes an error that can."""
        try:
            _wire.encode(reply[1], self.export)
            return reply
        except BaseException as e:
            return (link.ERROR, self.error(e), *reply[2:])

    def serve_all(self):
        message = _wire.decode(_wire.receive(self.fd), self.resolve)
        while message[1] != "bye":
            message = self.exchange(self.serve(message))


def serve(fd, source):
    try:
        Program(fd, source).serve_all()
    except (EOFError, OSError):
        pass  # the tests have ended
    flush()
    return 0


# -- rehearsal ----------------------------------------------------------------

REHEARSAL = b'''
class Thing:
    def __init__(self, n):
        self.n = n

    def more(self):
        return self.n + 1


def plain(a, b):
    return a + b


def fails():
    raise ValueError("rehearsal")
'''


def rehearse(fd):
    """With tests.rehearse() at the other end: touch the memory that every run
    touches, so that the kernel has copied it before the job comes."""
    Program(fd, REHEARSAL).serve_all()
    sys.modules.pop("solution", None)
