"""What faults look at while something is broken."""
import contextlib
import http.client
import os
import queue
import threading
import time
import uuid

import load
import stack as stacks

HERTZ = os.sysconf("SC_CLK_TCK")
POST_SECONDS = 2.0  # a POST is answered within, whatever is away
PROMISED = (200, 201, 202)


def ask(stack, method, path, body=None, token=None, timeout=20, **headers):
    """One request: (status, headers, body, seconds); status 0: no answer."""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    link = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=timeout)
    start = time.monotonic()
    try:
        link.request(method, path, body, {"Accept": "application/json",
                                          **headers})
        answer = link.getresponse()
        text = answer.read()
        return (answer.status, dict(answer.getheaders()), text,
                time.monotonic() - start)
    except (OSError, http.client.HTTPException) as why:
        return 0, {}, str(why).encode(), time.monotonic() - start
    finally:
        link.close()


def quick(chaos):
    """A program that is judged in no time."""
    return next(p for p in chaos.programs
                if p.name == "total/accepted/total.py")


def borrow(chaos):
    """A student who has nothing pending: a spare one, or a new one where many
    faults have lent them all and what these handed in must wait."""
    try:
        return chaos.load.spare.get(timeout=0.2)
    except queue.Empty:
        student = load.Student(chaos.load, f"chaos-{uuid.uuid4().hex}")
        student.sign_up(chaos.deadline)
        return student


def hand_in(chaos, seconds=None, **more):
    """Borrow a student, hand a quick program in, wait for its verdict.  The
    Submission; what it should have got, the checks look at."""
    student = borrow(chaos)
    sub = chaos.make(student, quick(chaos), **more)
    deadline = chaos.deadline
    if seconds is not None:
        deadline = min(deadline, time.monotonic() + seconds)
    if not student.hand_in(sub, deadline):
        raise AssertionError(f"submission {sub.id} is not judged in time, "
                             f"POST said {sub.tries}")
    chaos.load.spare.put(student)
    return sub


@contextlib.contextmanager
def posts(chaos):
    """Statuses of all hand-ins that are answered meanwhile, as a list."""
    heard = []

    def listen(method, path, answer):
        if method == "POST" and path.split("?")[0].endswith("/submissions"):
            heard.append(answer.status)

    chaos.load.listeners.append(listen)
    try:
        yield heard
    finally:
        chaos.load.listeners.remove(listen)


def accepts(chaos, seconds=POST_SECONDS):
    """A hand-in is accepted now, at the first try, and soon.  Where other
    faults are at work this is not asked.  Its verdict is not waited for: the
    Submission is among the load's, and the checks want it judged."""
    student = borrow(chaos)
    sub = chaos.make(student, quick(chaos))
    start = time.monotonic()
    accepted = student.submit(sub, chaos.deadline)
    took = time.monotonic() - start
    return_later(chaos, student, sub)
    if not accepted:
        raise AssertionError(f"a hand-in was never accepted: {sub.tries}")
    if chaos.alone and (sub.tries[0] not in PROMISED or took > seconds):
        raise AssertionError(f"a hand-in took {took:.1f} s and was answered "
                             f"{sub.tries}")
    return sub


def return_later(chaos, student, sub):
    """The student is lent again when his submission is judged."""
    def wait():
        if sub.id and student.see(sub, chaos.deadline):
            chaos.load.spare.put(student)

    threading.Thread(target=wait, daemon=True).start()


def cpu(pids):
    """Seconds of CPU that these have had."""
    total = 0.0
    for pid in pids:
        fields = stacks.stat_fields(pid)
        if fields:
            total += (int(fields[11]) + int(fields[12])) / HERTZ
    return total


def graderd_pids(stack):
    return [p for name in stack.graders
            for p in [stack.pid(name), *stack.children(name)] if p]


def idle_load(stack, seconds):
    """The share of a core that all graderds use, over some seconds."""
    pids = graderd_pids(stack)
    before, start = cpu(pids), time.monotonic()
    time.sleep(seconds)
    return (cpu(pids) - before) / (time.monotonic() - start)


def first_claim(chaos, since):
    """Seconds from `since` (monotonic) to the first claim after it; None."""
    wall = since + time.time() - time.monotonic()
    found = chaos.stack.one(
        "SELECT min(extract(epoch FROM at)) FROM chaos.log WHERE "
        f"what = 'grading' AND after = 'running' AND extract(epoch FROM at) "
        f"> {wall}")
    return float(found) - wall if found else None


def claims_go_on(within):
    """A verify(): work is taken again within so many seconds of the end of a
    fault, where none of the round came after it."""
    def verify(chaos, event):
        later = [e for e in chaos.events if e.round == event.round
                 and e is not event and (e.until or 0) > event.at]
        if not chaos.alone or later or "waiting" not in event.facts:
            return []
        took = first_claim(chaos, event.until)
        event.facts["claim_seconds"] = took
        if took is None or took > within:
            return [f"{event.fault.number} {event.fault.name}: the first claim "
                    f"came after {took} s (not {within})"]
        return []
    return verify
