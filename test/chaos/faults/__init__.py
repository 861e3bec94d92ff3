"""Faults, and what each module of this folder gives.

A module exports FAULTS = [Fault(…), …]; all modules are found by themselves.

Fault.inject(chaos, rng) runs in a thread of its own, at a random moment of a
round, beside students who hand in and beside other faults.  It breaks
something, and must have put back what does not heal by itself before it
returns (with try/finally).  From its return on, everything must recover
without help; components that died are started again by the keeper
(stack.Stack.keep) as systemd would.  It raises Missed where it found nothing
to break (say, no grader was running anything): that is counted apart and is no
success.  Any other exception is a violation.

Fault.verify(chaos, event), where given, runs after quiescence and gives a list
of violations of its own: what is particular to this fault.  event.facts is a
dictionary to hand things over from inject (chaos.event() is the one of the
thread that asks).

In both, `chaos` (chaos.Chaos) has:
  chaos.stack     Stack: kill, stop, start, held, sql, redis, fault, …
  chaos.load      Load: borrowed() students, submissions, acked(), listeners
  chaos.programs  list of programs.Program with known verdicts
  chaos.make(student, program, word=None, verdict=None, course="demo")
                  a Submission, ready for student.hand_in(sub, deadline);
                  word None: unlike any other
  chaos.alone     True: this round has this fault only, so exact counts hold
  chaos.killed(n) count kills: processes or components ended by SIGKILL
  chaos.healed()  nothing is broken any more, though inject goes on (say, to
                  wait for its own student's verdict): recovery counts from
                  here, otherwise from the return of inject
  chaos.ids()     the ids of this round's submissions, for SQL's IN (…)
  chaos.careful() wait until no unfinished grading is one crash from being
                  parked; False: not in time.  Asked before what may cost some
                  grading a crash: three accidents of one innocent program
                  would park it, which is right, but not what we look for.
  chaos.deadline  time.monotonic() by which the round must be quiet
  chaos.event()   the Event of this injection
  chaos.round     number of the round

Checks: invariants.check(chaos) -> list of violations (text), called after each
round's quiescence.  Everything that students saw is in chaos.load; the
database has chaos.log (audit.sql): every change of a grading's and a
submission's state, by triggers.
"""
import dataclasses
import importlib
import pkgutil
import typing


class Missed(Exception):
    """There was nothing to break."""


@dataclasses.dataclass(frozen=True)
class Fault:
    number: str  # "F1"
    name: str  # a few words, unique
    inject: typing.Callable
    verify: typing.Callable = None
    weight: float = 1.0  # how often a mixed round takes it
    killer: bool = False  # kills often: mixed rounds take some of these, too
    alone: bool = False  # never beside other faults
    short: bool = True  # also in the short form
    fsync: bool = False  # means something on a stack with fsync only
    seconds: float = 2.0  # about how long inject takes


def find():
    """Every fault of every module here."""
    faults = []
    for module in pkgutil.iter_modules(__path__):
        faults += importlib.import_module(f"{__name__}.{module.name}").FAULTS
    names = [fault.name for fault in faults]
    assert len(set(names)) == len(names), "two faults of one name"
    return sorted(faults, key=lambda f: (int(f.number[1:]), f.name))
