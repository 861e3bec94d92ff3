"""F11: what kills its grader again and again, or tries to.  It is parked
(system_error), its student may go on, and so may everybody else.  F4: the
janitor that parks it dies in between."""
import dataclasses
import signal
import time

import programs
from faults import Fault, Missed
from points import (armed, grading, grading_of, hand_in, quick,
                    sleeper, taken, wait_for)
from stack import send

# Each is a right solution of `total` that does something else first; the
# verdicts are those of a quiet day, and none may be system_error.
HOSTILE = {
    "one endless line": ("output_limit", "python3", """
import sys
while True:
    sys.stdout.write("x" * 65536)
"""),
    "NULs and escapes": ("wrong_answer", "python3", r"""
import sys
sys.stdout.write("\0\x1b[2J\udcff\x00" .encode("utf-8", "replace").decode())
sys.stdout.write("\0" * 1000)
"""),
    "a flood of files": ("accepted", "python3", """
import os
try:
    for n in range(1000000):
        os.close(os.open(f"/tmp/{n}", os.O_CREAT | os.O_WRONLY))
        if n % 1000 == 0 and os.times().user + os.times().system > 0.4:
            break
except OSError:
    pass
"""),
    "a huge complaint": ("compile_error", "c", """
#define A x y z x y z x y z x y z
#define B A A A A A A A A A A
#define C B B B B B B B B B B
int main(void) { C C C C C C C C C C }
"""),
}


def hostile(chaos, rng):
    name = rng.choice(sorted(HOSTILE))
    verdict, language, code = HOSTILE[name]
    model = next(p for p in chaos.programs
                 if p.name == "total/accepted/total.py")
    if language == "python3":
        code += model.code
    comment = programs.LANGUAGES[".py" if language == "python3" else ".c"][1]
    program = dataclasses.replace(model, name=name, language=language,
                                  verdict=verdict, code=code, comment=comment)
    with chaos.load.borrowed() as student:
        sub = chaos.make(student, program)
        hand_in(chaos, student, sub)
        chaos.healed()
        student.see(sub, chaos.deadline)
        go_on(chaos, student)


def go_on(chaos, student):
    """Whoever was served so can hand in again, and is judged."""
    sub = chaos.make(student, quick(chaos))
    if not student.hand_in(sub, chaos.deadline):
        raise AssertionError(f"{student.name} cannot hand in again: "
                             f"{sub.tried()}")


def tries_of(student, sub):
    """As the page counts them; others may have PostgreSQL down just now."""
    end = time.monotonic() + 15
    while (tries := student.tries(sub)) is None and time.monotonic() < end:
        time.sleep(0.2)
    return tries


def kills_its_grader(chaos, rng):
    """With one graderd left, whose worker dies whenever it has this one."""
    stack, limit = chaos.stack, 3
    others = stack.graders[1:]
    with stack.held(*others), chaos.load.borrowed() as student:
        for name in others:
            stack.stop(name)
        sub = chaos.make(student, sleeper(chaos, 0.2), verdict="system_error")
        sub.perhaps = "accepted"  # was_parked() is strict where it can be
        tries = tries_of(student, sub)
        hand_in(chaos, student, sub)
        number = grading_of(chaos, sub)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            state, _, crashes = grading(chaos, number)
            if state in ("done", "parked"):
                break
            if state == "running" and int(crashes) < limit:
                crash(chaos, rng, number)
            time.sleep(0.03)
        chaos.healed()
        student.see(sub, chaos.deadline)
        if sub.got == "accepted" and not chaos.alone:
            raise Missed("it was judged before it killed anybody thrice")
        go_on(chaos, student)
    chaos.event().facts.update(sub=sub, grading=number, tries=tries)


def crash(chaos, rng, number):
    """The only worker, which is at this grading, dies."""
    order = rng.choice(["now", "kill", "abort"])
    fence = grading(chaos, number)[1]
    if order == "now":
        for pid in chaos.stack.workers():
            if send(pid, signal.SIGKILL):
                chaos.killed()
    else:
        with armed(chaos.stack, "judge.test", order=order):
            if not taken(chaos.stack, "judge.test", 2):
                return
        chaos.killed()
    # the lease ends, somebody takes it over, or it is parked
    wait_for(lambda: grading(chaos, number)[:2] != ["running", fence], 15, 0.05)


def was_parked(chaos, event):
    state, _, crashes = grading(chaos, event.facts["grading"])
    sub = event.facts["sub"]
    found = []
    if (state, sub.got, sub.points) != ("parked", "system_error", 0):
        found.append(f"F11 grading {event.facts['grading']} is {state}, "
                     f"{crashes} crashes, its student saw {sub.got}, "
                     f"{sub.points} points")
    if event.facts["tries"] != tries_of(sub.student, sub):
        found.append(f"F11 submission {sub.id} counts as a try")
    return found


def broken_package(chaos, rng):
    """Its own tests do not load: nobody's verdict."""
    del rng
    program = dataclasses.replace(quick(chaos), name="broken package",
                                  assignment="broken", verdict="system_error")
    with chaos.load.borrowed() as student:
        sub = chaos.make(student, program, course="chaos-broken")
        tries = tries_of(student, sub)
        hand_in(chaos, student, sub)
        chaos.healed()
        student.see(sub, chaos.deadline)
        go_on(chaos, student)
    chaos.event().facts.update(sub=sub, grading=grading_of(chaos, sub),
                               tries=tries)


def at_give_up(chaos, rng):
    """A grader dies between giving it up and acknowledging its entry."""
    with armed(chaos.stack, "giveup.stored"):
        broken_package(chaos, rng)
        if not taken(chaos.stack, "giveup.stored", 0.1):
            raise Missed("nobody gave up")
    chaos.killed()


def janitor_at_park(chaos, rng):
    """Parked, and nobody is told: the students ask, and their pages do."""
    with armed(chaos.stack, "janitor.parked"):
        broken_package(chaos, rng)
        if not taken(chaos.stack, "janitor.parked", 0.1):
            raise Missed("nothing was parked by a janitor")
    chaos.killed()


FAULTS = [
    Fault("F4", "kill at janitor.parked", janitor_at_park, was_parked,
          seconds=12),
    Fault("F11", "a program that kills its grader", kills_its_grader,
          was_parked, seconds=15),
    Fault("F11", "a broken package", broken_package, was_parked, seconds=10),
    Fault("F1", "kill at giveup.stored", at_give_up, seconds=12),
    Fault("F11", "floods of output, files and words", hostile, seconds=5),
]
