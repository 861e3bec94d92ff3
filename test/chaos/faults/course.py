"""F21: what is graded changes meanwhile: a new version, an assignment that is
withdrawn, a student who is taken out of her course."""
import pathlib
import shutil
import threading
import time

from faults import Fault, Missed
from points import grading_of, hand_in, quick, sleeper

SLUG = "total"  # what is changed
CLOSED = "chaos-closed"  # a course for members only, with the same packages
loading = threading.Lock()


def load_course(chaos, name="course"):
    """A second's work, one at a time."""
    chaos.stack.assay("course", "load", str(chaos.stack.dir / name))


def edit(folder, word):
    """Another statement, one secret test more (a copy of its first)."""
    statement = next(pathlib.Path(folder, "statement").glob("problem*.md"))
    with statement.open("a", encoding="utf-8") as f:
        f.write(f"\nEdition {word}.\n")
    first = sorted(pathlib.Path(folder, "data", "secret").rglob("*.in"))[0]
    for suffix in (".in", ".ans"):
        shutil.copy(first.with_suffix(suffix),
                    first.with_name(f"z{word}{suffix}"))


def new_version(chaos, rng):
    """Published while it is being graded: who handed in before is judged by
    the old tests, who does it later by the new ones."""
    with chaos.load.borrowed() as student, loading:
        sub = chaos.make(student, sleeper(chaos, 0.2))
        hand_in(chaos, student, sub)
        time.sleep(rng.uniform(0, 0.5))
        version = version_of(chaos, sub)
        edit(chaos.stack.dir / "course" / SLUG, f"{rng.getrandbits(32):08x}")
        load_course(chaos)
        chaos.healed()
        student.see(sub, chaos.deadline)
        again = chaos.make(student, sleeper(chaos, 0))
        student.hand_in(again, chaos.deadline)
        chaos.event().facts.update(before=sub, after=again, version=version)


def version_of(chaos, sub):
    return chaos.stack.one("SELECT version_id FROM gradings WHERE id = "
                           f"{grading_of(chaos, sub)}")


def tied_to_version(chaos, event):
    """The report of each accepted grading has as many tests as its version."""
    found = [f"F21 grading {number}: {had} tests, its version has {wanted}"
             for number, had, wanted in chaos.stack.sql(
                 "SELECT g.id, jsonb_array_length(g.report->'tests'), "
                 "v.tests_total FROM gradings g JOIN assignment_versions v "
                 "ON v.id = g.version_id WHERE g.verdict = 'accepted' AND "
                 "jsonb_array_length(g.report->'tests') <> v.tests_total")]
    facts = event.facts
    if version_of(chaos, facts["before"]) != facts["version"]:
        found.append("F21 a running grading was moved to another version")
    if facts["after"].id and \
            version_of(chaos, facts["after"]) == facts["version"]:
        found.append("F21 a later hand-in was judged by the old version")
    return found


def enrol(chaos, student):
    chaos.stack.sql(
        "INSERT INTO memberships (course_id, user_id, role) SELECT id, "
        f"'{student.id}', 'learner' FROM courses WHERE slug = '{CLOSED}'")


def expel(chaos, student):
    chaos.stack.sql(f"DELETE FROM memberships WHERE user_id = '{student.id}'")


def expelled(chaos, rng):
    """Her hand-in is judged and she is not locked out, but may hand in there no
    more."""
    # nobody withdraws the assignment meanwhile
    with chaos.load.borrowed() as student, loading:
        enrol(chaos, student)
        try:
            sub = chaos.make(student, sleeper(chaos, 0.1), course=CLOSED)
            hand_in(chaos, student, sub)
            time.sleep(rng.uniform(0, 0.5))
        finally:
            expel(chaos, student)
        chaos.healed()
        student.see(sub, chaos.deadline)
        refused(chaos, student)


def refused(chaos, student):
    sub = chaos.make(student, quick(chaos), course=CLOSED)
    sub.may_be_refused = True
    if student.submit(sub, chaos.deadline):
        student.see(sub, chaos.deadline)
        raise AssertionError(f"{student.name} is no member of {CLOSED}, and "
                             "handed in there")
    if sub.refused != 404:
        raise AssertionError(f"not 404, {sub.tried()}")
    if not student.hand_in(chaos.make(student, quick(chaos)), chaos.deadline):
        raise Missed("she has no verdict: the checks will tell")


def withdrawn(chaos, rng):
    """An assignment vanishes while somebody waits for its verdict."""
    with chaos.load.borrowed() as student, loading:
        enrol(chaos, student)
        sub = chaos.make(student, sleeper(chaos, 0.1), course=CLOSED)
        hand_in(chaos, student, sub)
        time.sleep(rng.uniform(0, 0.5))
        try:
            chaos.stack.assay("course", "withdraw", f"{CLOSED}/{SLUG}")
            chaos.healed()
            student.see(sub, chaos.deadline)
            again = chaos.make(student, sleeper(chaos, 0), course=CLOSED)
            again.may_be_refused = True
            if student.submit(again, chaos.deadline):
                student.see(again, chaos.deadline)
                raise AssertionError("handed in what is withdrawn")
        finally:
            load_course(chaos, "closed")
            expel(chaos, student)


FAULTS = [
    Fault("F21", "a new version while it is graded", new_version,
          tied_to_version, seconds=6),
    Fault("F21", "a student leaves the course meanwhile", expelled, seconds=5),
    Fault("F21", "the assignment is withdrawn meanwhile", withdrawn,
          seconds=5),
]
