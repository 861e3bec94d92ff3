#!/usr/bin/python3
"""Break a private Assay in every way that we know, and look whether anything
was lost, judged twice, judged wrongly, or locked a student out.

    chaos.py [--seed N] [--rounds N] [--only F1,F5] [--short] [--dir DIR]
             [--build B] [--fsync] [--json FILE] [--keep]

Each round: students hand in programs of known verdicts while 1 to 8 faults
come at random moments; then no fault, until all is quiet; then the checks.
--short: one round for each fault class, the result as TAP.  README.md says
which fault and which invariant is where.
"""
import argparse
import dataclasses
import pathlib
import random
import shutil
import signal
import statistics
import sys
import threading
import time
import traceback

import faults
import invariants
import programs
import report
from load import Load, Submission
from resp import RedisError
from stack import Stack, StackError

HERE = pathlib.Path(__file__).resolve().parent
STUDENTS = 36
SETTINGS = {
    "tokens": 1, "lease_seconds": 2, "queue_grace_ms": 500,
    "drain_seconds": 1, "crash_limit": 3, "wait_workers": 8,
}
WINDOW_SECONDS = 7  # in which students hand in and faults begin
KILLERS = 4  # added to the 1 to 8 faults of a mixed round
SHORT_WINDOW_SECONDS = 2.5
SHORT_PROGRAMS = 18
SHORT_HAND_INS = 12
SHORT_SECONDS = 165  # for all of it
ROUND_SECONDS = 3  # of a short round, beside its slowest fault
SHORT_FAULTS = 4  # of one class, chosen anew by each seed
QUIET_SECONDS = 90  # after them, at most, until all is judged and clean
JOINED = 0.2  # share of hand-ins that are like another one


@dataclasses.dataclass
class Event:
    """One injection."""
    fault: faults.Fault
    round: int
    offset: float
    at: float = None  # monotonic: inject was called
    until: float = None  # it returned: nothing is held broken any more
    kills: int = 0
    missed: str = None
    error: str = None
    recovery: float = None  # seconds; report.py says of what
    facts: dict = dataclasses.field(default_factory=dict)


class Chaos:
    def __init__(self, args):
        self.args = args
        self.rng = random.Random(args.seed)
        self.window = SHORT_WINDOW_SECONDS if args.short else WINDOW_SECONDS
        self.stack = Stack(args.build, SETTINGS, throwaway=not args.fsync,
                           folder=args.dir)
        self.load = Load(self.stack)
        self.programs = []
        self.points = {}  # of each program on a quiet day
        self.quiet = {}  # seconds per hand-in on a quiet day
        self.round = 0
        self.deadline = None
        self.alone = False
        self.events = []
        self.violations = []
        self.thread = threading.local()
        self.lock = threading.Lock()
        self.began = self.ended = time.monotonic()
        self.facts = {}
        self.watched = None  # invariants.begin
        self.false_clocks = set()  # rounds in which the database's was wrong

    # -- for faults --------------------------------------------------------

    def event(self):
        return self.thread.event

    def killed(self, count=1):
        with self.lock:
            self.thread.event.kills += count

    def healed(self):
        self.thread.event.until = time.monotonic()

    def ids(self):
        """This round's submissions, as SQL."""
        return ", ".join(str(s.id) for s in self.load.acked(self.round)) or "0"

    def make(self, student, program, word=None, verdict=None, course="demo"):
        word = word or f"{self.rng.getrandbits(64):016x}"
        return Submission(student, program, program.unlike(word),
                          verdict or program.verdict, course)

    def careful(self, seconds=10):
        limit = SETTINGS["crash_limit"] - 1
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.stack.one(
                        "SELECT count(*) FROM gradings WHERE state IN "
                        f"('queued', 'running') AND crashes >= {limit}") == "0":
                    return True
            except StackError:
                pass  # PostgreSQL is just being killed
            time.sleep(0.1)
        return False

    def queues(self):
        """(name, XLEN, entries delivered and not acknowledged) of each class
        of the queue."""
        redis = self.stack.redis
        for name in redis("KEYS", "*graderQueue*"):
            if redis("TYPE", name) != "stream":
                continue
            groups = redis("XINFO", "GROUPS", name)
            pending = sum(dict(zip(g[::2], g[1::2]))["pending"]
                          for g in groups)
            yield name, redis("XLEN", name), pending

    def say(self, text):
        if not self.args.short:
            print(f"[{time.monotonic() - self.began:6.1f} s] {text}",
                  flush=True)

    # -- beginning and end -------------------------------------------------

    def up(self):
        course = self.stack.dir / "course"
        shutil.copytree(programs.COURSE, course)
        self.stack.up(course)
        self.stack.sql((HERE / "audit.sql").read_text("utf-8"))
        self.more_courses()
        languages = {row[0] for row in self.stack.sql(
            "SELECT DISTINCT language FROM runtimes")}
        self.programs = programs.known(languages)
        self.load.enrol(STUDENTS)
        self.say(f"stack in {self.stack.dir}, {len(self.load.students)} "
                 f"students, {len(self.programs)} programs in "
                 f"{', '.join(sorted(languages))}")

    def more_courses(self):
        """One for members only, one whose tests do not load."""
        closed, broken = self.stack.dir / "closed", self.stack.dir / "broken"
        shutil.copytree(programs.COURSE, closed)
        text = (closed / "course.yaml").read_text("utf-8")
        (closed / "course.yaml").write_text(
            text.replace("slug: demo", "slug: chaos-closed")
            .replace("visibility: public", "visibility: enrolled"), "utf-8")
        shutil.copytree(HERE.parent / "grader" / "packages" / "broken",
                        broken / "broken")
        (broken / "course.yaml").write_text(
            "slug: chaos-broken\ntitle: Broken\nvisibility: public\n"
            "assignments:\n  - package: broken\n", "utf-8")
        for folder in (closed, broken):
            self.stack.assay("course", "load", str(folder))

    def quiet_day(self):
        """Round 0: every program once, nothing is broken; its figures are
        what the others are compared with."""
        chosen = self.programs
        if self.args.short:
            chosen = self.programs = self.a_few_programs()
        students = self.load.students
        jobs = [(i * 0.02, self.make(students[i % len(students)], p))
                for i, p in enumerate(chosen)]
        self.deadline = time.monotonic() + 2 * QUIET_SECONDS
        self.finish(self.load.run(jobs, self.deadline), [])
        subs = self.load.acked(0)
        self.points = {s.program.name: s.points for s in subs}
        times = sorted(s.seconds() for s in subs if s.judged is not None)
        self.quiet = {"count": len(times), "slowest": max(times),
                      "median": statistics.median(times)}
        invariants.begin(self)
        self.check([])
        self.say(f"quiet day: {self.quiet}")

    def a_few_programs(self):
        """One of each language, those that faults use, and others."""
        often = [p for p in self.programs if p.weight > 0.1]
        chosen = {p.language: p for p in self.rng.sample(often, len(often))}
        names = {p.name: p for p in chosen.values()}
        for program in self.rng.sample(often, len(often)):
            if len(names) < SHORT_PROGRAMS and program.weight > 0.5:
                names[program.name] = program
        for program in self.programs:
            if program.name in ("hello/accepted/hello.py",
                                "total/accepted/total.py"):
                names[program.name] = program
        return list(names.values())

    def conclude(self):
        """What only the database can count."""
        self.ended = time.monotonic()
        self.facts = {
            "parked": self.stack.one("SELECT count(*) FROM gradings WHERE "
                                     "state = 'parked'"),
            "joined": self.stack.one("SELECT count(*) - count(DISTINCT "
                                     "grading_id) FROM submissions"),
        }

    # -- a round -----------------------------------------------------------

    def jobs(self, count):
        """Who hands in what, and when."""
        rng = self.rng
        word = f"{rng.getrandbits(64):016x}"
        same = rng.choice([p for p in self.programs if p.weight >= 0.6])
        students = rng.sample(self.load.students,
                              rng.randint(STUDENTS // 2, STUDENTS))
        jobs = []
        for program in programs.some(rng, self.programs, count):
            joins = rng.random() < JOINED
            sub = self.make(rng.choice(students), same if joins else program,
                            word if joins else None)
            jobs.append((rng.uniform(0, self.window), sub))
        return jobs

    def inject(self, event):
        """In a thread of its own."""
        self.thread.event = event
        rng = random.Random(f"{self.args.seed} {event.round} {event.offset}")
        time.sleep(event.offset)
        event.at = time.monotonic()
        try:
            event.fault.inject(self, rng)
        except faults.Missed as e:
            event.missed = str(e) or "nothing to break"
        except (StackError, RedisError) as e:
            if self.alone:
                event.error = traceback.format_exc()
            else:  # another fault was stronger
                event.missed = f"disturbed: {e}"
        except Exception:  # pylint: disable=broad-except
            event.error = traceback.format_exc()
        event.until = event.until or time.monotonic()
        self.say(f"  {event.fault.number} {event.fault.name}: "
                 f"{event.kills} kills"
                 f"{', missed: ' + event.missed if event.missed else ''}")

    def one_round(self, chosen, count):
        self.round += 1
        self.alone = len({f.number for f in chosen}) == 1
        longest = max(f.seconds for f in chosen)
        self.deadline = (time.monotonic() + self.window + longest +
                         QUIET_SECONDS)
        self.load.round, self.load.deadline = self.round, self.deadline
        events = [Event(f, self.round, self.rng.uniform(0.2, self.window))
                  for f in chosen]
        self.say(f"round {self.round}: {count} hand-ins, " +
                 ", ".join(f"{f.number} {f.name}" for f in chosen))
        threads = self.load.run(self.jobs(count), self.deadline)
        self.finish(threads, events)
        self.events += events
        self.check(events)
        return events

    def finish(self, threads, events):
        """Until students and faults are through and all is quiet."""
        injecting = [threading.Thread(target=self.inject, args=(event,),
                                      daemon=True) for event in events]
        for thread in injecting:
            thread.start()
        for thread in injecting + threads:
            thread.join(max(0, self.deadline + 30 - time.monotonic()))
        for event, thread in zip(events, injecting):
            if thread.is_alive():
                event.error = "inject does not return"
                event.until = time.monotonic()
        while time.monotonic() < self.deadline and not self.is_quiet():
            time.sleep(0.2)

    def is_quiet(self):
        try:
            return (self.stack.all_up() and self.stack.one(
                "SELECT (SELECT count(*) FROM submissions WHERE "
                "status = 'pending') + (SELECT count(*) FROM gradings "
                "WHERE state IN ('queued', 'running'))") == "0" and
                not any(length or pending
                        for _, length, pending in self.queues()))
        except (StackError, RedisError):
            return False

    def check(self, events):
        """After quiescence."""
        found = [f"{e.fault.number} {e.fault.name}: {e.error}"
                 for e in events if e.error]
        for event in events:
            if event.fault.verify and not event.error and not event.missed:
                self.thread.event = event
                found += event.fault.verify(self, event)
        found += invariants.check(self)
        found += self.load.oddities
        self.load.oddities = []
        for student in self.load.everybody():
            pending = student.locked_out()
            if pending is not None:
                found.append(f"locked out: {student.name} by {pending}")
        for sub in self.load.submissions:
            if sub.round == self.round and not sub.id and not sub.refused:
                found.append(f"never answered: {sub.student.name}'s "
                             f"{sub.program.name}, {sub.tried()}")
        report.recoveries(self, events)
        for text in found:
            self.say(f"VIOLATION {text}")
        self.violations += [(self.round, text) for text in found]


# -- which faults, when ---------------------------------------------------

def wanted(args):
    """Faults that this run may inject."""
    only = set(args.only.split(",")) if args.only else None
    found = [f for f in faults.find()
             if (args.fsync or not f.fsync) and
             (not args.short or f.short) and
             (only is None or f.number in only or f.name in only)]
    if not found:
        sys.exit(f"--only {args.only}: no such fault")
    return found


def deck(rng, found):
    """Faults for ever, each at least once in every turn of the deck, those
    of more weight more often."""
    while True:
        cards = [f for f in found for _ in range(max(1, round(f.weight)))]
        rng.shuffle(cards)
        yield from cards


def long_form(chaos, found):
    cards = deck(chaos.rng, [f for f in found if f.weight])
    killers = [f for f in found if f.killer]
    kept = []  # was drawn, but must be alone
    for _ in range(chaos.args.rounds):
        if kept:
            chosen = [kept.pop()]
        else:
            chosen = []
            for _ in range(chaos.rng.randint(1, 8)):
                card = next(cards)
                (kept if card.alone else chosen).append(card)
            chosen = chosen or [kept.pop()]
        if killers and not chosen[0].alone:
            chosen += chaos.rng.choices(killers, k=KILLERS)
        chaos.one_round(chosen, chaos.rng.randint(30, 60))


def fitting(chaos, found, seconds):
    """Some of these, at random: what probably fits, side by side, into a round
    of so many seconds; one at least."""
    chosen = []
    for fault in chaos.rng.sample(found, len(found)):
        if not chosen or (len(chosen) < SHORT_FAULTS and
                          fault.seconds + ROUND_SECONDS < seconds):
            chosen.append(fault)
    return chosen


def short_form(chaos, found):
    """TAP: a line per fault class, in any order."""
    numbers = sorted({f.number for f in found})
    chaos.rng.shuffle(numbers)
    print(f"1..{len(numbers) + 1}")
    report.tap(1, "a quiet day", chaos.violations, [], 0)
    for n, number in enumerate(numbers, 2):
        start = time.monotonic()
        left = SHORT_SECONDS - (start - chaos.began)
        before, events = len(chaos.violations), []
        todo = fitting(chaos, [f for f in found if f.number == number],
                       left / (len(numbers) + 2 - n))
        for _ in range(3):  # what found nothing to break is tried again
            got = chaos.one_round(todo, SHORT_HAND_INS)
            events += got
            todo = [e.fault for e in got if e.missed]
            if not todo:
                break
        missed = [(0, f"{f.name}: found nothing to break") for f in todo]
        report.tap(n, number, chaos.violations[before:] + missed, events,
                   time.monotonic() - start)
        chaos.violations += missed


def parse():
    parser = argparse.ArgumentParser(description="Break a private Assay.")
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", help="numbers or names of faults: F1,F5")
    parser.add_argument("--short", action="store_true", help="TAP, < 3 min")
    parser.add_argument("--dir", help="of the stack; default: a temporary one")
    parser.add_argument("--build", default="debug")
    parser.add_argument("--fsync", action="store_true",
                        help="data must survive a power cut: slower")
    parser.add_argument("--json", default="build/chaos.json")
    parser.add_argument("--keep", action="store_true",
                        help="do not remove the temporary folder")
    return parser.parse_args()


def main():
    args = parse()
    print(f"{'# ' if args.short else ''}seed {args.seed}", flush=True)
    found = wanted(args)
    chaos = Chaos(args)
    # told to stop: stop the stack, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        chaos.up()
        chaos.quiet_day()
        (short_form if args.short else long_form)(chaos, found)
        chaos.conclude()
    finally:
        invariants.end(chaos)
        keep = args.keep or (bool(chaos.violations) and not args.short)
        chaos.stack.down(keep)
        if keep:
            print(f"kept: {chaos.stack.dir}")
    report.write(chaos)
    sys.exit(1 if chaos.violations else 0)


if __name__ == "__main__":
    main()
