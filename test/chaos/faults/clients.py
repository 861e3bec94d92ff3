"""F14 to F16: clients that do not read, come all at once, lose their
connection; one that floods; and nginx that reloads or restarts."""
import base64
import hashlib
import os
import signal
import statistics
import struct
import threading
import time
import uuid

import host
import probe
import watch
from faults import Fault, Missed
from load import Student
from stack import processes, send

ONE = threading.Lock()
QUEUED = 1000
CROWD = 200          # users made by one statement
POSTERS = 16
POST_P95 = 1.0       # seconds; 0.3 on a host with cores of its own
DEAF = 200           # websockets that nobody reads
LISTENING = 20       # users who have them, ten each
EVENTS = 20000       # of a kilobyte, to one after the other: 1 MB per socket
NGINX_GROWS = 128    # MB, of all workers; buffered it would be 200
OUT_OF_ORDER = 2 * POSTERS
STORM = 300
STORM_SECONDS = 20
RELOADS = 10


# -- users by the hundred -------------------------------------------------

def crowd(chaos, count, word):
    """Signed-in students, made in one statement: their passwords would take
    half a minute of a core."""
    if count > CROWD: # what fits on a command line
        return crowd(chaos, CROWD, word) + crowd(chaos, count - CROWD, word)
    made, rows = [], []
    for n in range(count):
        student = Student(chaos.load, f"chaos-{word}-{uuid.uuid4().hex[:8]}-{n}")
        student.token = base64.urlsafe_b64encode(
            os.urandom(32)).decode().rstrip("=")
        student.id = str(uuid.uuid4())
        digest = hashlib.blake2b(student.token.encode(),
                                 digest_size=32).hexdigest()
        rows.append(f"('{student.id}'::uuid, '{student.name}', "
                    f"'\\x{digest}'::bytea)")
        made.append(student)
    chaos.stack.sql(
        "WITH who (id, name, hash) AS (VALUES " + ", ".join(rows) + "), "
        "u AS (INSERT INTO users (id, name) SELECT id, name FROM who "
        "RETURNING id) INSERT INTO tokens (hash, user_id, kind, expires_at) "
        "SELECT hash, who.id, 'session', now() + interval '1 day' "
        "FROM who JOIN u USING (id)")
    return made


def each(work, items, threads):
    """work(item) for all of them, by so many threads."""
    todo, failed = list(reversed(items)), []

    def run():
        while True:
            try:
                item = todo.pop()
            except IndexError:
                return
            try:
                work(item)
            except Exception as why: # pylint: disable=broad-except
                failed.append(why)

    crew = [threading.Thread(target=run, daemon=True) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    if failed:
        raise failed[0]


# -- F14: a thousand wait, and two hundred do not listen ------------------

def nginx_pids(stack):
    master = stack.pid("nginx")
    return [p for p, up in processes() if up == master] if master else []


def nginx_mb(stack):
    return sum(int(host.status(p).get("VmRSS", "0 kB").split()[0])
               for p in nginx_pids(stack)) / 1024


def message(text):
    """As nchan wants it (docs/INTERFACES.md, Bell and push)."""
    short = lambda s: b"\xd9" + bytes([len(s)]) + s
    return (b"\x9a\xa3msg\xce" + struct.pack(">I", 5) + b"\xce" +
            struct.pack(">I", int(time.time())) + b"\x00\x00\x00\xdb" +
            struct.pack(">I", len(text)) + text +
            short(b"application/json") + short(b"") + b"\x00")


def deaf(chaos, students):
    """Websockets with a tiny window, which nobody will read."""
    found = []
    url, end = f"http://127.0.0.1:{chaos.stack.port}", time.monotonic() + 60
    while len(found) < DEAF:
        student = students[len(found) % len(students)]
        try:
            found.append(watch.Socket(url, student.token, receive_buffer=2048))
        except watch.Gone: # nginx counts what one user asks, and how much
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
    return found


def push_to_the_deaf(chaos, students):
    before = nginx_mb(chaos.stack)
    sockets = deaf(chaos, students)
    highest = before
    try:
        text = b'{"type":"noise","text":"' + b"x" * 1000 + b'"}'
        for n in range(EVENTS):
            user = students[n % len(students)].id
            chaos.stack.redis("PUBLISH", f"{{channel:/user.{user}}}:pubsub",
                              message(text))
            if n % 200 == 0:
                highest = max(highest, nginx_mb(chaos.stack))
        time.sleep(1)
        highest = max(highest, nginx_mb(chaos.stack))
    finally:
        for socket in sockets:
            socket.close()
    chaos.event().facts["nginx_mb"] = (round(before), round(highest))
    if highest - before > NGINX_GROWS:
        raise AssertionError(f"nginx grew from {before:.0f} to {highest:.0f} "
                             f"MB for {DEAF} clients who do not read")


def long_queue(chaos, rng):
    """One grader, a thousand programs: taken in their order."""
    stack = chaos.stack
    students = crowd(chaos, QUEUED, "queue")
    subs = [chaos.make(s, probe.quick(chaos)) for s in students]
    with stack.held(*stack.graders[1:]):
        for name in stack.graders[1:]:
            stack.stop(name)
        with stack.held(stack.graders[0]):
            stack.stop(stack.graders[0])
            took = []

            def post(sub):
                sub.student.submit(sub, chaos.deadline)
                took.append(sub.acked - sub.posted)

            push_to_the_deaf(chaos, students[:LISTENING])
            each(post, subs, POSTERS)
            slowest = statistics.quantiles(took, n=20)[-1]
            chaos.event().facts["post_p95"] = round(slowest, 3)
        each(lambda s: s.student.see(s, chaos.deadline), subs, 8)
    in_order(chaos, subs)
    if chaos.alone and slowest > POST_P95:
        raise AssertionError(f"POST took {slowest:.2f} s (95 of 100) with "
                             f"{QUEUED} in the queue")


def in_order(chaos, subs):
    """First claims come as the rows were made, but for those that were made
    at the same time."""
    ids = ", ".join(str(s.id) for s in subs)
    rows = chaos.stack.sql(
        "SELECT g.id FROM gradings g JOIN submissions s ON s.grading_id = g.id "
        f"WHERE s.id IN ({ids}) ORDER BY (SELECT min(n) FROM chaos.log l "
        "WHERE l.what = 'grading' AND l.id = g.id AND after = 'running')")
    claimed = [int(row[0]) for row in rows]
    places = {g: n for n, g in enumerate(sorted(claimed))}
    worst = max(abs(n - places[g]) for n, g in enumerate(claimed))
    chaos.event().facts["out_of_order"] = worst
    if worst > OUT_OF_ORDER:
        raise AssertionError(f"a grading was taken {worst} places out of its "
                             "turn")


def waits(chaos, count):
    """Seconds from hand-in to verdict of one student after the other."""
    found = []
    for _ in range(count):
        sub = probe.hand_in(chaos)
        found.append(sub.judged - sub.posted)
    return found


def one_floods(chaos, rng):
    """I10: somebody asks as fast as she can; the others do not wait longer."""
    quiet = statistics.median(waits(chaos, 8))
    flooder = crowd(chaos, 1, "flood")[0]
    over = threading.Event()
    answers = {}

    def flood():
        while not over.is_set():
            status = probe.ask(
                chaos.stack, "POST", "/api/assignments/demo/total/submissions"
                "?language=python3", uuid.uuid4().hex.encode(), flooder.token,
                **{"Content-Type": "text/plain"})[0]
            answers[status] = answers.get(status, 0) + 1

    crew = [threading.Thread(target=flood, daemon=True) for _ in range(4)]
    for thread in crew:
        thread.start()
    try:
        loud = statistics.median(waits(chaos, 8))
    finally:
        over.set()
        for thread in crew:
            thread.join(30)
    forget(chaos, flooder)
    chaos.event().facts.update(quiet=quiet, loud=loud, answers=answers)
    if chaos.alone and loud > 2 * quiet + 0.5:
        raise AssertionError(f"I10 others waited {loud:.2f} s instead of "
                             f"{quiet:.2f} s; the flood got {answers}")


def forget(chaos, student):
    """Her hand-ins were not acknowledged to anybody: she is no student of the
    load, whose checks would miss them."""
    chaos.stack.sql("UPDATE users SET name = 'flood-' || id WHERE id = "
                    f"'{student.id}'")


# -- F15: websockets are cut, and come back -------------------------------

def cut(chaos, rng):
    """The pages' connections, again and again while programs are judged."""
    pages = [p for p in chaos.watched.pages if p.connected]
    if not pages:
        raise Missed("no page is connected")
    for _ in range(rng.randint(3, 10)):
        for page in rng.sample(pages, rng.randint(1, len(pages))):
            page.cut()
        time.sleep(rng.uniform(0.05, 0.6))


def storm(chaos, rng):
    """A class comes back in one second."""
    students = chaos.load.students
    url = f"http://127.0.0.1:{chaos.stack.port}"
    opened, start = [], time.monotonic()

    def connect(n):
        pause = 0.4
        while True:
            try:
                opened.append(watch.Socket(
                    url, students[n % len(students)].token, timeout=10))
                return
            except watch.Gone:
                if time.monotonic() > start + STORM_SECONDS:
                    raise AssertionError("a page is not connected again after "
                                         f"{STORM_SECONDS} s") from None
                time.sleep(rng.uniform(0.25, 1) * pause)
                pause *= 2

    try:
        each(connect, list(range(STORM)), 60)
        took = time.monotonic() - start
        chaos.event().facts["storm_seconds"] = round(took, 2)
        for page in chaos.watched.pages:
            page.cut()
        probe.hand_in(chaos)
    finally:
        for socket in opened:
            socket.close()


# -- F16: nginx -----------------------------------------------------------

def uploads_while(chaos, act):
    """Hand-ins without a pause while act() goes on; those that were cut."""
    over, cut_off = threading.Event(), []

    def upload():
        while not over.is_set():
            sub = probe.hand_in(chaos)
            cut_off.extend(s for s in sub.tries if s not in probe.PROMISED)

    crew = [threading.Thread(target=upload, daemon=True) for _ in range(3)]
    for thread in crew:
        thread.start()
    try:
        act()
    finally:
        over.set()
        for thread in crew:
            thread.join(60)
    chaos.event().facts["cut"] = cut_off
    return cut_off


def reload(chaos, rng):
    """Ten times.  nchan 1.3.6 ends the old workers at once (docs/OPERATIONS.md),
    so an upload may be cut: with its Idempotency-Key it is sent again."""
    def act():
        for _ in range(RELOADS):
            pid = chaos.stack.pid("nginx")
            if pid is None or not send(pid, signal.SIGHUP):
                raise Missed("nginx is not up")
            time.sleep(rng.uniform(0.1, 0.6))
    with ONE:
        old = set(nginx_pids(chaos.stack))
        uploads_while(chaos, act)
        end = time.monotonic() + 15 # worker_shutdown_timeout and some
        while left := old & set(nginx_pids(chaos.stack)):
            if time.monotonic() > end:
                raise AssertionError(f"old workers of nginx stay: {left}")
            time.sleep(0.2)


def restart(chaos, rng):
    def act():
        chaos.stack.stop("nginx") # the keeper starts it again
        time.sleep(rng.uniform(1, 3))
    with ONE:
        uploads_while(chaos, act)


FAULTS = [
    Fault("F14", "a long queue and deaf clients", long_queue,
          alone=True, short=False, seconds=200),
    Fault("F14", "one student floods", one_floods, alone=True, short=False,
          seconds=15),
    Fault("F15", "websockets are cut", cut, weight=2, seconds=3),
    Fault("F15", "three hundred websockets at once", storm, short=False,
          seconds=10),
    Fault("F16", "nginx reloads ten times", reload, seconds=6),
    Fault("F16", "nginx restarts", restart, seconds=4),
]
