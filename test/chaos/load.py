"""Students who hand in by HTTP and do not give up.

Each hand-in has an Idempotency-Key and is sent again with it, as the page
does, until it is answered; then its verdict is asked for until it is there.
Times are time.monotonic().
"""
import contextlib
import dataclasses
import http.client
import itertools
import json
import queue
import threading
import time
import uuid

AGAIN_SECONDS = 0.15  # between two tries
WAIT_SECONDS = 4  # of ?wait=
ANSWER_SECONDS = 20  # of one request
PROBLEM = "application/problem+json"


@dataclasses.dataclass
class Answer:
    status: int  # 0: none came
    kind: str  # content type
    body: bytes
    json: object = None  # None: it was not JSON
    student: object = None  # who asked


@dataclasses.dataclass
class Submission:
    student: "Student"
    program: object  # programs.Program
    code: str
    verdict: str  # that it must get
    course: str = "demo"
    may_be_refused: bool = False  # an accident of this round allows a 404
    key: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    round: int = 0
    tries: list = dataclasses.field(default_factory=list)  # statuses of POST
    posted: float = None
    acked: float = None
    id: int = None
    judged: float = None
    got: str = None  # verdict
    points: float = None
    refused: int = None  # status of a final refusal

    def tried(self):
        """The statuses that POST was answered with, for people."""
        runs = [(status, len(list(same)))
                for status, same in itertools.groupby(self.tries)]
        return "answers: " + (", ".join(
            f"{count} x {status or 'none'}" for status, count in runs) or
            "not sent")

    def seconds(self):
        """From the acknowledgement until the student had the verdict."""
        return self.judged - self.acked


class Student:
    def __init__(self, load, name):
        self.load = load
        self.name = name
        self.token = None
        self.id = None

    def request(self, method, path, body=None, headers=()):
        """One request on a connection of its own; status 0: no answer."""
        headers = {"Accept": "application/json", **dict(headers)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        conn = http.client.HTTPConnection("127.0.0.1", self.load.stack.port,
                                          timeout=ANSWER_SECONDS)
        try:
            conn.request(method, path, body, headers)
            reply = conn.getresponse()
            answer = Answer(reply.status, reply.getheader("Content-Type", ""),
                            reply.read())
        except (OSError, http.client.HTTPException) as e:
            return Answer(0, "", str(e).encode())
        finally:
            conn.close()
        with contextlib.suppress(ValueError):
            answer.json = json.loads(answer.body)
        answer.student = self
        self.load.saw(method, path, answer)
        return answer

    def sign_up(self, deadline):
        """201, or an error at the deadline."""
        body = json.dumps({"name": self.name, "password": f"pw {self.name}"})
        while True:
            got = self.request("POST", "/api/users", body,
                               {"Content-Type": "application/json"})
            if got.status == 201:
                self.token, self.id = got.json["token"], got.json["id"]
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"sign-up of {self.name}: {got}")
            time.sleep(AGAIN_SECONDS)

    # -- handing in --------------------------------------------------------

    def post(self, sub):
        """One try."""
        path = (f"/api/assignments/{sub.course}/{sub.program.assignment}"
                f"/submissions?language={sub.program.language}")
        got = self.request("POST", path, sub.code.encode(), {
            "Content-Type": "application/octet-stream",
            "Idempotency-Key": sub.key})
        sub.tries.append(got.status)
        return got

    def submit(self, sub, deadline):
        """Until it is answered; True: accepted."""
        sub.posted = time.monotonic()
        self.load.remember(sub)
        while time.monotonic() < deadline:
            got = self.post(sub)
            if got.status in (200, 201, 202):
                self.acknowledged(sub, got)
                return True
            if got.status == 409:
                self.load.odd(f"409 for {self.name}, who has nothing pending: "
                              f"{got.body!r}, key {sub.key}")
                if got.json and "pending" in got.json:
                    self.settle(got.json["pending"], deadline)
            elif got.status in (400, 401, 403, 404, 413, 415, 422):
                sub.refused = got.status
                if not sub.may_be_refused:
                    self.load.odd(f"POST of {sub.program.name} to "
                                  f"{sub.course}: {got.status} {got.body!r}")
                return False
            time.sleep(AGAIN_SECONDS)
        return False

    def acknowledged(self, sub, got):
        sub.id = got.json["id"]
        sub.acked = time.monotonic()
        if got.json["status"] == "graded":
            self.learned(sub, got.json)

    def learned(self, sub, facts):
        sub.judged = time.monotonic()
        sub.got, sub.points = facts["verdict"], facts["points"]

    def settle(self, number, deadline):
        """Wait until a submission is not pending; its facts, or None."""
        path = f"/api/submissions/{number}?wait={WAIT_SECONDS}"
        while time.monotonic() < deadline:
            got = self.request("GET", path)
            if got.status in (200, 201) and got.json["status"] != "pending":
                return got.json
            if got.status in (401, 403, 404):
                self.load.odd(f"GET of {self.name}'s submission {number}: "
                              f"{got.status} {got.body!r}")
            if got.status not in (200, 202):
                time.sleep(AGAIN_SECONDS)
        return None

    def see(self, sub, deadline):
        """Until the verdict is there; True: it is."""
        if sub.judged is None:
            facts = self.settle(sub.id, deadline)
            if facts is None:
                return False
            self.learned(sub, facts)
        return True

    def hand_in(self, sub, deadline):
        return self.submit(sub, deadline) and self.see(sub, deadline)

    def tries(self, sub):
        """How many tries /api/me/progress counts for the assignment of a
        submission; None: it did not say."""
        got = self.request("GET", f"/api/me/progress?course={sub.course}")
        if got.status != 200:
            return None
        number = self.load.stack.one(
            "SELECT a.id FROM assignments a JOIN courses c ON c.id = "
            f"a.course_id WHERE c.slug = '{sub.course}' AND "
            f"a.slug = '{sub.program.assignment}'")
        return got.json["assignments"].get(number, {}).get("attempts", 0)

    def locked_out(self):
        """The id that /api/me says is pending, or None; only when asked after
        all is judged does it mean what the name says."""
        got = self.request("GET", "/api/me")
        return got.json["pending"] if got.status == 200 else f"({got.status})"


class Load:
    """The students of one stack, and all that they handed in."""

    def __init__(self, stack):
        self.stack = stack
        self.students = []
        self.spare = queue.Queue()  # for faults that hand in themselves
        self.submissions = []
        self.oddities = []  # what no student should ever be told
        self.listeners = []  # called with (method, path, Answer) of each
        self.lock = threading.Lock()
        self.round = 0
        self.deadline = 0.0  # of the round

    def enrol(self, count, spare=4):
        """Named users, by HTTP."""
        word = uuid.uuid4().hex[:8]
        for n in range(count + spare):
            student = Student(self, f"chaos-{word}-{n}")
            student.sign_up(time.monotonic() + 60)
            if n < count:
                self.students.append(student)
            else:
                self.spare.put(student)

    @contextlib.contextmanager
    def borrowed(self):
        """A student who hands nothing in meanwhile but by whoever asked.  She
        comes back with nothing pending, whatever happened to who asked."""
        student = self.spare.get(timeout=120)
        try:
            yield student
        finally:
            for sub in self.submissions[::-1]:
                if sub.student is student and sub.round == self.round and \
                        sub.id is not None and sub.judged is None:
                    student.see(sub, self.deadline)
            self.spare.put(student)

    def everybody(self):
        return self.students + list(self.spare.queue)

    def remember(self, sub):
        sub.round = self.round
        with self.lock:
            self.submissions.append(sub)

    def odd(self, text):
        with self.lock:
            self.oddities.append(text)

    def saw(self, method, path, answer):
        # whoever refuses says why, in the one form that clients know
        if answer.status >= 400 and (answer.kind.split(";")[0] != PROBLEM or
                                     answer.json is None):
            self.odd(f"{method} {path}: {answer.status} as "
                     f"{answer.kind!r}: {answer.body[:200]!r}")
        for listener in self.listeners:
            listener(method, path, answer)

    def acked(self, round_number=None):
        """Acknowledged submissions (of a round)."""
        with self.lock:
            return [s for s in self.submissions if s.id is not None and
                    round_number in (None, s.round)]

    def run(self, jobs, deadline):
        """Jobs are (seconds from now, Submission); the same student's one
        after the other.  Returns the threads."""
        start = time.monotonic()
        by_student = {}
        for offset, sub in sorted(jobs, key=lambda job: job[0]):
            by_student.setdefault(sub.student, []).append((offset, sub))

        def work(student, mine):
            for offset, sub in mine:
                time.sleep(max(0, start + offset - time.monotonic()))
                if not student.hand_in(sub, deadline) and sub.refused is None:
                    return  # the checks will tell

        threads = [threading.Thread(target=work, args=item, daemon=True)
                   for item in by_student.items()]
        for thread in threads:
            thread.start()
        return threads
