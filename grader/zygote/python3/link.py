"""The link between a submission and its tests, two processes.

Either end asks the other to do one thing with one object and waits for the
answer; meanwhile it may be asked in turn.  A message is a tuple (see `_wire`):

    (REQUEST, operation, args, kwargs, ...)     what follows is for that end
    (RESULT, value, ...)
    (ERROR, (class, args, text, lines, error), ...)

Values of exact builtin types travel by value, and some of the library's that
are as plain (SPECIAL below).  Any other object stays where it is; the other
end gets a Handle, on which every operation is a request.
"""

import _wire
import builtins
import collections
import copy
import datetime
import decimal
import fractions
import operator

REQUEST, RESULT, ERROR = 1, 2, 3

# what an object that does not travel by value is (the number of _wire)
OWN = 0      # the receiver's: its number
HANDLE = 1   # the sender's: number, kind, name, names of its bases
SPECIAL = 2  # by value: name, plain value

OBJECT, CALLABLE, CLASS, EXCEPTION = "o", "c", "t", "e"

NAME_MAX = 100

# -- values of the library ----------------------------------------------------


def _zone(o):
    """Seconds east of Greenwich; None: naive.  Raises for a zone with rules."""
    if o.tzinfo is None:
        return None
    if type(o.tzinfo) is not datetime.timezone:
        raise TypeError
    return o.utcoffset().total_seconds()


def _time_zone(seconds):
    return None if seconds is None else datetime.timezone(
        datetime.timedelta(seconds=seconds))


_REDUCE = {
    collections.Counter: ("Counter", dict),
    collections.OrderedDict: ("OrderedDict", lambda o: list(o.items())),
    collections.defaultdict: ("defaultdict", dict),
    collections.deque: ("deque", lambda o: (list(o), o.maxlen)),
    datetime.date: ("date", lambda o: (o.year, o.month, o.day)),
    datetime.time: ("time", lambda o: (o.hour, o.minute, o.second,
                                       o.microsecond, _zone(o))),
    datetime.datetime: ("datetime", lambda o: (
        o.year, o.month, o.day, o.hour, o.minute, o.second, o.microsecond,
        _zone(o))),
    datetime.timedelta: ("timedelta", lambda o: (o.days, o.seconds,
                                                 o.microseconds)),
    decimal.Decimal: ("Decimal", str),
    fractions.Fraction: ("Fraction", lambda o: (o.numerator, o.denominator)),
    range: ("range", lambda o: (o.start, o.stop, o.step)),
    slice: ("slice", lambda o: (o.start, o.stop, o.step)),
    type(...): ("Ellipsis", lambda o: None),
    type(NotImplemented): ("NotImplemented", lambda o: None),
}


def _filled(made, fill, items):
    fill(made, items)
    return made


_BUILD = {
    "Counter": lambda v: _filled(collections.Counter(), dict.update, dict(v)),
    "OrderedDict": lambda v: collections.OrderedDict(v),
    "defaultdict": lambda v: collections.defaultdict(None, dict(v)),
    "deque": lambda v: collections.deque(*v),
    "date": lambda v: datetime.date(*v),
    "time": lambda v: datetime.time(*v[:4], _time_zone(v[4])),
    "datetime": lambda v: datetime.datetime(*v[:7], _time_zone(v[7])),
    "timedelta": lambda v: datetime.timedelta(*v),
    "Decimal": lambda v: decimal.Decimal(v),
    "Fraction": lambda v: fractions.Fraction(*v),
    "range": lambda v: range(*v),
    "slice": lambda v: slice(*v),
    "Ellipsis": lambda v: ...,
    "NotImplemented": lambda v: NotImplemented,
    "type": lambda v: _builtin_type(v),
    "record": lambda v: _record(*v),
}


def _builtin_type(name):
    found = getattr(builtins, name)
    if type(found) is not type:
        raise TypeError(name)
    return found


_records = {}


def _record(name, fields, values):
    """A named tuple's stand-in.  A field that begins with an underscore would
    be a method of the class, like __eq__, with a meaning of its own."""
    key = (name, tuple(fields))
    if key not in _records:
        for field in fields:
            if (type(field) is not str or not field.isidentifier()
                    or field.startswith("_")):
                raise ValueError("field of a named tuple")
        body = {f: property(operator.itemgetter(i))
                for i, f in enumerate(fields)}
        _records[key] = type(name, (tuple,), {
            "__slots__": (), **body, "_fields": tuple(fields)})
    if len(values) != len(fields):
        raise ValueError("values of a named tuple")
    return tuple.__new__(_records[key], values)


def special(o):
    """(SPECIAL, …) of an object that is as good as a plain value, or None."""
    kind = type(o)
    reduce = _REDUCE.get(kind)
    try:
        if reduce is not None:
            return SPECIAL, (reduce[0], reduce[1](o))
        if kind is type and getattr(builtins, o.__name__, None) is o:
            return SPECIAL, ("type", o.__name__)
        if (kind.__bases__ == (tuple,) and type(kind.__dict__.get("_fields"))
                is tuple):
            return SPECIAL, ("record", (kind.__name__, kind._fields, tuple(o)))
    except TypeError:
        pass
    return None


def build(value):
    name, plain = value
    return _BUILD[name](plain)


# -- operations ---------------------------------------------------------------


def _enter(o):
    return type(o).__enter__(o)


def _exit(o, *error):
    return type(o).__exit__(o, *error)


# what its author may mean to be asked
VALUES = {
    "call": lambda f, *args, **kwargs: f(*args, **kwargs),
    "getattr": getattr, "setattr": setattr, "delattr": delattr,
    "getitem": operator.getitem, "setitem": operator.setitem,
    "delitem": operator.delitem, "iter": iter, "next": next,
    "reversed": reversed, "str": str, "repr": repr, "format": format,
    "dir": dir, "enter": _enter, "exit": _exit, "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}

_BINARY = ("add sub mul truediv floordiv mod lshift rshift and_ or_ xor "
           "matmul pow").split()

# what decides, or carries what the other end expects
DECIDING = {
    **{name: getattr(operator, name) for name in
       ["lt", "le", "eq", "ne", "gt", "ge", "neg", "pos", "invert", "index",
        "contains", *_BINARY]},
    "bool": bool, "len": len, "abs": abs, "round": round, "int": int,
    "float": float, "complex": complex, "divmod": divmod,
    "floor": lambda o: o.__floor__(), "ceil": lambda o: o.__ceil__(),
    "trunc": lambda o: o.__trunc__(), "pow3": pow,
}

OPERATIONS = {**VALUES, **DECIDING}


# An object of the other end.  Its type is this one, whatever the other end
# says: isinstance() and __class__ are never asked there.
class Handle:
    __slots__ = ("assay__link", "assay__number", "assay__name", "__weakref__")
    __doc__ = property(
        lambda self: self.assay__link.ask("getattr", (self, "__doc__")))

    def __init__(self, link, number, name):
        put = object.__setattr__
        put(self, "assay__link", link)
        put(self, "assay__number", number)
        put(self, "assay__name", name)

    def __del__(self):
        self.assay__link.forget(self.assay__number)

    def __getattr__(self, name):
        return self.assay__link.ask("getattr", (self, name))

    def __setattr__(self, name, value):
        self.assay__link.ask("setattr", (self, name, value))

    def __delattr__(self, name):
        self.assay__link.ask("delattr", (self, name))

    __hash__ = object.__hash__

    def __deepcopy__(self, memo):
        return self.assay__link.ask("deepcopy", (self,))

    def __reduce_ex__(self, protocol):
        raise TypeError("an object of the other process cannot be pickled")

    def __mro_entries__(self, bases):
        raise TypeError("a class of the program cannot be a base class where "
                        "tests and program are two processes")

    def __instancecheck__(self, instance):
        raise TypeError("isinstance() cannot ask for a class of the program "
                        "where tests and program are two processes")

    __subclasscheck__ = __instancecheck__


class CallableHandle(Handle):
    __slots__ = ()
    __doc__ = Handle.__dict__["__doc__"]

    def __call__(self, *args, **kwargs):
        return self.assay__link.ask("call", (self, *args), kwargs)


def _forward(name):
    def method(self, *args):
        return self.assay__link.ask(name, (self, *args))
    return method


def _reflected(name):
    def method(self, other):
        return self.assay__link.ask(name, (other, self))
    return method


for _name in ("getitem setitem delitem iter next reversed str repr format dir "
              "enter exit copy lt le eq ne gt ge neg pos invert index contains "
              "bool len abs round int float complex divmod floor ceil "
              "trunc").split():
    setattr(Handle, f"__{_name}__", _forward(_name))
for _name in _BINARY + ["divmod"]:
    _plain = _name.rstrip("_")
    setattr(Handle, f"__{_plain}__", _forward(_name))
    setattr(Handle, f"__r{_plain}__", _reflected(_name))
Handle.__pow__ = lambda self, other, modulus=None: self.assay__link.ask(
    *(("pow", (self, other)) if modulus is None
      else ("pow3", (self, other, modulus))))


class Link:
    """One end.  Subclasses say what they serve, and what they do on errors."""

    def __init__(self, fd):
        self.fd = fd
        self.objects = {}  # number -> object of ours that the other end knows
        self.numbers = {}  # id(object) -> number
        self.handles = {}  # number -> weak reference to a Handle
        self.next = 1

    # -- objects of ours --

    def export(self, o):
        """For _wire.encode()."""
        if isinstance(o, Handle):
            return OWN, o.assay__number
        found = special(o)
        if found is not None:
            return found
        number = self.numbers.get(id(o))
        if number is None:
            number = self.next
            self.next += 1
            self.objects[number] = o  # and so it lives, and its id is its own
            self.numbers[id(o)] = number
        kind, bases = OBJECT, ()
        if isinstance(o, type):
            kind = CLASS
            if issubclass(o, BaseException):
                kind = EXCEPTION
                bases = tuple((c.__module__ == "builtins", c.__name__)
                              for c in o.__mro__[:-1])
        elif callable(o):
            kind = CALLABLE
        name = getattr(o, "__name__", None)
        if kind == OBJECT or type(name) is not str:
            name = type(o).__name__
        return HANDLE, (number, kind, name[:NAME_MAX], bases)

    def drop(self, number):
        o = self.objects.pop(number, None)
        if o is not None:
            self.numbers.pop(id(o), None)

    # -- objects of the other end --

    def resolve(self, tag, value):
        """For _wire.decode().  Whatever it raises, the frame is damaged."""
        if tag == OWN:
            return self.objects[value]
        if tag == SPECIAL:
            return build(value)
        number, kind, name, bases = value
        if (tag != HANDLE or type(number) is not int or type(name) is not str
                or len(name) > NAME_MAX):
            raise ValueError("damaged handle")
        return self.handle(number, kind, name, bases)

    # -- messages --

    def exchange(self, message):
        return _wire.decode(
            _wire.exchange(self.fd, _wire.encode(message, self.export)),
            self.resolve)

    def answered(self, message):
        """Send a request, serve those that come meanwhile; its answer."""
        reply = self.exchange(message)
        while reply[0] == REQUEST:
            reply = self.exchange(self.serve(reply))
        return reply
