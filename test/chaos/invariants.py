"""What must hold after every round, whatever was broken: I1 to I12.

    begin(chaos)  before the first fault: the measure of the host, pages that
                  are left open, the log files' ends
    check(chaos)  after a round's quiescence: a list of violations, as text
    end(chaos)    closes the pages

I10 (fairness under a flood) is measured by the fault that makes the flood
(faults/clients.py).  Each check asks the database, Redis or the host; what
students saw is in chaos.load."""
import json
import threading
import time

import resp
import watch
from host import Host

PAGES = 6            # students who have one open
SOON = 7.0           # seconds after quiescence: pages, leftovers, the queue
REPLAYS = 8          # hand-ins of a round that are sent again with their key
CLOCK = 0.5          # seconds that two clocks of one host may seem to differ
WALL = time.time() - time.monotonic()


class Watched:
    """What the checks keep from round to round (chaos.watched)."""

    def __init__(self, chaos):
        stack, load = chaos.stack, chaos.load
        self.boxes = set()   # process ids that the box has had
        self.over = threading.Event()
        threading.Thread(target=self.note_boxes, args=(stack,),
                         daemon=True).start()
        self.host = Host(stack)
        self.pages = [
            watch.Watch(f"http://127.0.0.1:{stack.port}", s.token, s.name)
            for s in load.students[:PAGES]]
        self.ends = {}       # log file: bytes that were read
        self.seen = 0        # rows of chaos.log
        self.endless = set() # bells that were complained of
        self.spilled = []    # answers that told of our insides
        self.redis_password = (stack.dir / "redis" / "password").read_text(
            "ascii").strip()
        self.insides = [self.redis_password.encode(), b"host='",
                        str(stack.dir).encode()]
        self.by_name = {page.user: page for page in self.pages}
        load.listeners.append(self.listen)

    def note_boxes(self, stack):
        while not self.over.wait(0.1):
            self.boxes.add(stack.pid("box"))

    def listen(self, method, path, answer):
        """Called with each answer that a student gets."""
        page = self.by_name.get(answer.student.name)
        if page and method == "POST" and answer.status in (200, 201, 202) and \
                path.split("?")[0].endswith("/submissions"):
            page.handed_in(answer.json["id"])
        for inside in self.insides:
            if inside in answer.body and answer.status:
                self.spilled.append(f"I12 {method} {path} was answered with "
                                    f"{inside!r}: {answer.body[:200]!r}")


def begin(chaos):
    chaos.watched = Watched(chaos)
    for page in chaos.watched.pages:
        page.start()
    list(secrets_in_logs(chaos))  # from here on


def end(chaos):
    if chaos.watched:
        chaos.watched.over.set()
        for page in chaos.watched.pages:
            page.stop()


def check(chaos):
    """A list of violations, as text."""
    return [*no_loss(chaos), *nobody_waits(chaos), *single_effect(chaos),
            *scores_add_up(chaos), *history(chaos), *purity(chaos),
            *soon(chaos, host_clean), *soon(chaos, stream_clean),
            *bells_end(chaos), *soon(chaos, pages_show_truth),
            *pages_were_right(chaos), *honest(chaos), *keys(chaos),
            *clock(chaos), *secrets(chaos)]


def soon(chaos, look):
    """What is still wrong after a few seconds."""
    deadline = time.monotonic() + SOON
    while wrong := list(look(chaos)):
        if time.monotonic() > deadline:
            return wrong
        time.sleep(0.1)
    return []


# -- I1: nothing is lost, nobody is locked out ----------------------------

def no_loss(chaos):
    """What was acknowledged is there, is judged, and its student knows."""
    status = dict(chaos.stack.sql("SELECT id, status FROM submissions"))
    for sub in chaos.load.acked(chaos.round):
        found = status.get(str(sub.id))
        if found == "replaced" and getattr(sub, "replaced", False):
            continue
        if found != "graded" or sub.judged is None:
            yield (f"I1 submission {sub.id} of {sub.student.name}: "
                   f"{found or 'lost'}, its student saw {sub.got}")


def nobody_waits(chaos):
    """Whoever has a pending submission cannot hand in: there is none, also
    none that nobody of ours knows of."""
    for number, user, state in chaos.stack.sql(
            "SELECT s.id, s.user_id, g.state FROM submissions s "
            "JOIN gradings g ON g.id = s.grading_id "
            "WHERE s.status = 'pending' ORDER BY s.id LIMIT 20"):
        yield (f"I1 submission {number} locks user {user} out: it is pending, "
               f"its grading is {state}")
    for number, state in chaos.stack.sql(
            "SELECT id, state FROM gradings "
            "WHERE state IN ('queued', 'running') ORDER BY id LIMIT 20"):
        yield f"I1 grading {number} is {state} and nobody works on it"


# -- I2: one effect -------------------------------------------------------

def single_effect(chaos):
    """Nothing was judged twice, no hand-in made two rows."""
    for what, number, times in chaos.stack.sql(
            "SELECT what, id, count(*) FROM chaos.log WHERE after IN "
            "('done', 'parked', 'graded') AND after IS DISTINCT FROM before "
            "AND role <> 'postgres' GROUP BY what, id HAVING count(*) > "
            "1 + (SELECT count(*) FROM chaos.log r WHERE r.what = log.what "
            "AND r.id = log.id AND r.role = 'postgres')"):
        yield f"I2 {what} {number} was finished {times} times"
    acked = {str(sub.id) for sub in chaos.load.acked()}
    for number, name in chaos.stack.sql(
            "SELECT s.id, u.name FROM submissions s JOIN users u "
            "ON u.id = s.user_id WHERE u.name LIKE 'chaos-%'"):
        if number not in acked:
            yield f"I2 submission {number} of {name} was never acknowledged"


def scores_add_up(chaos):
    """scores and course_scores are what the submissions say."""
    for user, assignment, has, due in chaos.stack.sql("""
            SELECT coalesce(s.user_id, t.user_id),
                   coalesce(s.assignment_id, t.assignment_id),
                   s.points || '/' || (s.solved_at IS NOT NULL),
                   t.points || '/' || t.solved
              FROM scores s FULL JOIN (
                     SELECT user_id, assignment_id, max(points) AS points,
                            bool_or(verdict = 'accepted') AS solved
                       FROM submissions WHERE status = 'graded'
                      GROUP BY user_id, assignment_id) t
                ON t.user_id = s.user_id AND t.assignment_id = s.assignment_id
             WHERE s.points IS DISTINCT FROM t.points
                OR (s.solved_at IS NOT NULL) IS DISTINCT FROM t.solved"""):
        yield f"I2 score of {user} for {assignment} is {has}, should be {due}"
    for user, course, has, due in chaos.stack.sql("""
            SELECT c.user_id, c.course_id, c.points || '/' || c.solved,
                   t.points || '/' || t.solved
              FROM course_scores c LEFT JOIN (
                     SELECT s.user_id, a.course_id, sum(s.points) AS points,
                            count(s.solved_at) AS solved
                       FROM scores s JOIN assignments a
                         ON a.id = s.assignment_id
                      GROUP BY s.user_id, a.course_id) t
                ON t.user_id = c.user_id AND t.course_id = c.course_id
             WHERE abs(c.points - coalesce(t.points, 0)) > 0.001
                OR c.solved <> coalesce(t.solved, 0)"""):
        yield f"I2 total of {user} in {course} is {has}, should be {due}"


# -- I3, I4: only legal steps, and none by who lost his claim -------------

def history(chaos):
    """Rows of chaos.illegal that came since the last round."""
    seen = chaos.watched.seen
    for row in chaos.stack.sql(
            "SELECT why, what, id, before, after, fence_before, fence, role, n "
            f"FROM chaos.illegal WHERE n > {seen} ORDER BY n LIMIT 50"):
        why, what, number, before, after, fence0, fence1, role, n = row
        name = "I4" if "claim" in why or "fence" in why else "I3"
        yield (f"{name} {what} {number} {before}->{after} fence {fence0}->"
               f"{fence1} by {role}: {why} (chaos.log {n})")
    chaos.watched.seen = int(chaos.stack.one(
        "SELECT coalesce(max(n), 0) FROM chaos.log"))


# -- I5: verdicts are about programs --------------------------------------

def purity(chaos):
    """Each program gets its verdict, and the points of a quiet day."""
    for sub in chaos.load.acked(chaos.round):
        if sub.judged is None:
            continue
        points = chaos.points.get(sub.program.name)
        if sub.got not in (sub.verdict, sub.perhaps):
            yield (f"I5 submission {sub.id}, {sub.program.name}: {sub.got} "
                   f"instead of {sub.verdict}")
        elif sub.got == sub.program.verdict and points is not None and \
                sub.points != points:
            yield (f"I5 submission {sub.id}, {sub.program.name}: "
                   f"{sub.points} points instead of {points}")


# -- I6, I7: nothing is left ----------------------------------------------

def host_clean(chaos):
    return [f"I6 {line}" for line in
            Host(chaos.stack, chaos.watched.boxes).beside(chaos.watched.host)]


def stream_clean(chaos):
    try:
        for name, length, pending in chaos.queues():
            if length or pending:
                yield (f"I7 {name} has {length} entries, {pending} not "
                       "acknowledged")
    except resp.RedisError as why:
        yield f"I7 Redis does not answer: {why}"


def bells_end(chaos):
    """Those of ?wait= do so by themselves; each is complained of once.  Not
    where Redis itself lost the end: an AOF that was cut (F6) inside a
    transaction keeps the half of it, and the next EXEC runs that, too."""
    told = chaos.watched.endless
    log = chaos.stack.dir / "log" / "redis.log"
    if "MULTI calls can not be nested" in log.read_text(errors="replace"):
        return
    try:
        for key in chaos.stack.redis("KEYS", "bell:*"):
            if chaos.stack.redis("TTL", key) == -1 and key not in told:
                told.add(key)
                yield f"I7 {key} has no end"
    except resp.RedisError as why:
        yield f"I7 Redis does not answer: {why}"


# -- I8: pages show the truth ---------------------------------------------

def pages_were_right(chaos):
    """On the way, too: no state went back, no push was ahead of the truth."""
    for page in chaos.watched.pages:
        wrong, page.wrong = page.wrong, []
        for line in wrong:
            yield f"I8 page of {page.user}: {line}"


def pages_show_truth(chaos):
    states = {"graded": "judged", "pending": "queued"}
    for page in chaos.watched.pages:
        truth = {
            int(number): (states.get(status, status), verdict or None)
            for number, status, verdict in chaos.stack.sql(
                "SELECT s.id, s.status, s.verdict FROM submissions s JOIN "
                f"users u ON u.id = s.user_id WHERE u.name = '{page.user}'")}
        for line in watch.differences(page, truth):
            yield f"I8 {line}"


# -- I9: an acknowledgement is a promise, a refusal says so ---------------

def honest(chaos):
    """What no student should be told (load.Load.saw looks at each answer)."""
    with chaos.load.lock:
        odd, chaos.load.oddities[:] = list(chaos.load.oddities), []
    return [f"I9 {line}" for line in odd]


def keys(chaos):
    """A retry with the same Idempotency-Key is the same submission; with
    another program it is refused."""
    mine = [s for s in chaos.load.acked(chaos.round) if s.judged is not None]
    for sub in mine[:REPLAYS]:
        before = len(sub.tries)
        got = sub.student.post(sub)
        del sub.tries[before:]
        if got.status != 200 or not got.json or got.json.get("id") != sub.id:
            yield (f"I9 submission {sub.id} sent again with its key: "
                   f"{got.status} {got.body[:200]!r}")
    rows = chaos.stack.sql(
        "SELECT user_id, key, submission_id FROM idempotency_keys")
    known = {(s.student.id, s.key): str(s.id) for s in chaos.load.acked()}
    for user, key, number in rows:
        if known.get((user, key), number) != number:
            yield (f"I9 key {key} of {user} stands for {number}, its student "
                   f"was told {known[user, key]}")


# -- I11: time ------------------------------------------------------------

def clock(chaos):
    """submitted_at is the database's clock at the INSERT."""
    if chaos.round in chaos.false_clocks:
        return  # faults/clock.py set the database's
    times = {number: (float(start), float(late)) for number, start, late in
             chaos.stack.sql(
                 "SELECT id, extract(epoch FROM submitted_at), "
                 "extract(epoch FROM coalesce(graded_at, submitted_at) "
                 "- submitted_at) FROM submissions")}
    for sub in chaos.load.acked(chaos.round):
        if str(sub.id) not in times:
            continue  # I1 says so
        at, graded = times[str(sub.id)]
        if not sub.posted + WALL - CLOCK < at < sub.acked + WALL + CLOCK:
            yield (f"I11 submission {sub.id} is of {at:.3f}, but was sent "
                   f"{sub.posted + WALL:.3f} and answered "
                   f"{sub.acked + WALL:.3f}")
        if graded < 0:
            yield f"I11 submission {sub.id} was graded before it was sent"


# -- I12: secrets ---------------------------------------------------------

def secrets(chaos):
    yield from secrets_in_logs(chaos)
    spilled, chaos.watched.spilled = chaos.watched.spilled, []
    yield from spilled


def canaries(chaos):
    """What no log may hold, and what it is."""
    known = {chaos.watched.redis_password.encode(): "Redis' password",
             b"password=": "a password"}
    for student in chaos.load.everybody():
        known[student.token.encode()] = f"the token of {student.name}"
        known[f"pw {student.name}".encode()] = f"the password of {student.name}"
    for sub in chaos.load.acked(chaos.round):
        lines = [l for l in sub.code.splitlines() if len(l) > 24]
        if lines:  # the last one is unlike any other's
            known[lines[-1].encode()] = f"code of submission {sub.id}"
    return known


def secrets_in_logs(chaos):
    """In what was logged since the last round."""
    known, ends = canaries(chaos), chaos.watched.ends
    for path in sorted((chaos.stack.dir / "log").glob("*.log")):
        with open(path, "rb") as log:
            log.seek(ends.get(path, 0) if path.stat().st_size >=
                     ends.get(path, 0) else 0)  # nginx.log begins anew
            text = log.read()
            ends[path] = log.tell()
        for word, what in known.items():
            if word in text:
                line = next(l for l in text.splitlines() if word in l)
                yield (f"I12 {path.name} holds {what}: "
                       f"{json.dumps(line[:300].decode('utf-8', 'replace'))}")
