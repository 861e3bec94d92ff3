#!/usr/bin/python3
"""Races for a turn in the queue, through PostgreSQL alone.

    turns.py race --psql PSQL --host DIR [--seed N] [--seconds S]
    turns.py exchange|same-key|crossing --psql PSQL --host DIR

race: eight connections hand in, replace, claim, store, hand back, lose leases
and re-key, for few users and few programs.  Meanwhile and afterwards: nobody
has two pending submissions, none waits for a grading that nobody will run, a
fence only grows, an Idempotency-Key makes one submission, no deadlock.  Prints
what it did; a broken rule ends it with status 1.

The graders of the race follow a queue as graderd does: they know a grading by
its ring only.  What no ring leads to any more would be the janitor's; it is
counted.

Roles: assay_web hands in, assay_grader grades.  The server must have one
course with the assignment `sum`, and no grader.
"""
import argparse
import collections
import hashlib
import random
import subprocess
import sys
import threading
import time

USERS = 6
PROGRAMS = 4
WEB, GRADERS = 5, 3
BUILDS = ("race-1", "race-2")
MOST_WAITING = 0.05  # of the claimed: those that only the janitor would find
FEW_WAITING = 10  # so many may, of however few: a claim that waited for the
# lock of a replacement does not see what follows since
ENOUGH = 100  # claims in which everything rare must have happened


class Refused(Exception):
    """PostgreSQL said no; .code is the SQLSTATE."""

    def __init__(self, text):
        super().__init__(text)
        self.code = text.split("ERROR:", 1)[1].split(":")[0].strip()


class Session:
    """One connection: a psql that is asked again and again."""

    def __init__(self, args, role="postgres"):
        self.psql = subprocess.Popen(
            [args.psql, "-XqAt", "-h", args.host, "-U", role, "-d", "assay"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, bufsize=1)
        self.lock = threading.Lock()
        self.send("\\set VERBOSITY verbose")
        self.send("SET statement_timeout = '20s'")
        self.receive()
        self.receive()

    def send(self, sql):
        self.psql.stdin.write(sql + "\n\\echo -- end\n"
                              if sql[0] == "\\" else sql + ";\n\\echo -- end\n")
        self.psql.stdin.flush()

    def receive(self):
        lines = []
        for line in self.psql.stdout:
            if line == "-- end\n":
                break
            lines.append(line.rstrip("\n"))
        else:
            raise RuntimeError("psql ended: " + " ".join(lines))
        for line in lines:
            if "ERROR:" in line:
                raise Refused(" ".join(lines))
        return [line.split("|") for line in lines]

    def ask(self, sql):
        with self.lock:
            self.send(sql)
            return self.receive()

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(30)


def hand_in(session, user, program, key=None, replace=None):
    """(outcome, submission, grading, status, fresh, class, replaced)"""
    body = hashlib.sha256(program.encode()).hexdigest()
    key = f"'{key}'" if key else "NULL"
    return session.ask(
        "SELECT outcome, submission_id, grading_id, status, fresh, class,"
        f" replaced FROM hand_in('{user}', (SELECT id FROM assignments WHERE"
        f" slug = 'sum'), 'python3', $p${program}$p$, {key}, '\\x{body}',"
        f" {replace or 'NULL'}, 1000)")[0]


# As core/grading.c has them.
NEXT = ("(SELECT f.id FROM gradings f WHERE f.follows IN (g.id, g.follows)"
        " AND f.state = 'queued' AND f.id <> g.id"
        " ORDER BY f.queued_at, f.id LIMIT 1)")


def claim(session, grading, lease):
    """((fence, next) or None, finished, next)"""
    got = session.ask(
        "UPDATE gradings g SET state = 'running', fence = g.fence + 1,"
        " crashes = g.crashes + (g.state = 'running')::int,"
        " started_at = clock_timestamp(), lease_until = clock_timestamp()"
        f" + make_interval(secs => {lease}) WHERE g.id = {grading}"
        " AND (g.state = 'queued' OR (g.state = 'running'"
        " AND g.lease_until < clock_timestamp() AND g.crashes + 1 < 3))"
        f" RETURNING g.fence, {NEXT}")
    if got:
        return int(got[0][0]), False, got[0][1]
    state, following = session.ask(
        f"SELECT g.state, {NEXT} FROM gradings g WHERE g.id = {grading}")[0]
    return None, state not in ("queued", "running"), following


class Race:
    def __init__(self, args):
        self.args = args
        self.stop_at = time.monotonic() + args.seconds
        self.admin = Session(args)
        self.users = [row[0] for row in self.admin.ask(
            "INSERT INTO users (name) SELECT CASE WHEN n % 3 > 0 THEN"
            " 'racer ' || n || ' ' || gen_random_uuid() END"
            f" FROM generate_series(1, {USERS}) n RETURNING id")]
        self.admin.ask(
            "INSERT INTO runtimes (language, build) VALUES"
            + ", ".join(f"('python3', '{b}')" for b in BUILDS)
            + " ON CONFLICT DO NOTHING")
        self.rings = collections.deque()
        self.last = {}  # user: her newest submission
        self.keys = collections.deque(maxlen=40)
        self.made = collections.defaultdict(set)  # (user, key): submissions
        self.created = collections.Counter()      # (user, key): how often
        self.counts = collections.Counter()
        self.faults = []
        self.lock = threading.Lock()

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    # -- the handlers --

    def submit(self, session, rng):
        user = rng.choice(self.users)
        # new ones as it goes on, or all would be known and none queued
        age = self.counts["created"] // 50
        program = f"print({age}, {rng.randrange(PROGRAMS)})"
        key = None
        if rng.random() < 0.3 and self.keys:  # this very request once more
            user, program, key = rng.choice(self.keys)
            if rng.random() < 0.1:
                program = "another body"
        elif rng.random() < 0.5:
            key = f"{rng.random()}"
            self.keys.append((user, program, key))
        replace = self.last.get(user) if rng.random() < 0.7 else None
        outcome, submission, grading, status, fresh, _, replaced = hand_in(
            session, user, program, key, replace)
        self.count(outcome)
        if outcome not in ("created", "replay", "pending", "key_reuse"):
            self.fault(f"outcome {outcome} of {user} replacing {replace}")
        if replaced:
            self.count("replaced")
        if outcome == "created":
            self.last[user] = submission
        if key and outcome in ("created", "replay"):
            with self.lock:
                self.made[user, key].add(submission)
                self.created[user, key] += outcome == "created"
        if fresh == "t":
            self.rings.append(grading)

    # -- the graders --

    def grade(self, session, rng):
        try:
            entry = self.rings.popleft()
        except IndexError:
            return self.janitor(session, rng)
        grading = entry
        lease = 0 if rng.random() < 0.05 else 30
        fence, _, following = claim(session, grading, lease)
        if fence is None and following:
            grading = following
            fence, _, following = claim(session, grading, lease)
        if fence is None:
            return self.count("claimed by another")
        self.count("claimed")
        if following:
            self.count("followed")
            self.rings.append(following)
        what = rng.random()
        if lease == 0:
            self.rings.append(grading)  # as the janitor will
            self.count("abandoned")
        elif what < 0.15:
            if session.ask("UPDATE gradings SET state = 'queued',"
                           f" lease_until = NULL WHERE id = {grading} AND"
                           f" fence = {fence} AND state = 'running'"
                           " RETURNING id"):
                self.rings.append(grading)
            self.count("handed back")
        else:
            self.store(session, rng, grading, fence)

    def store(self, session, rng, grading, fence):
        # mostly what is not kept for reuse, so that the queue goes on
        verdict = rng.choice(["time_limit"] * 8 + ["accepted", "wrong_answer"])
        score = int(verdict == "accepted")
        session.ask(f"SELECT count(*) FROM store_verdict({grading}, {fence},"
                    f" '{verdict}', {score}, 5, 800, '{{}}')")
        self.count("stored")

    def janitor(self, session, rng):
        for (grading,) in session.ask(
                "SELECT id FROM gradings WHERE state = 'running'"
                " AND lease_until < clock_timestamp() LIMIT 1"):
            session.ask(f"SELECT count(*) FROM park({grading}, 3)")
            self.rings.append(grading)
        if rng.random() < 0.2:
            session.ask("UPDATE runtimes SET first_seen = clock_timestamp(),"
                        " seen_at = clock_timestamp()"
                        f" WHERE build = '{rng.choice(BUILDS)}'")
        for grading, build in session.ask(
                "SELECT id, current_build(language) FROM gradings WHERE"
                " state = 'queued' AND build <> current_build(language)"
                " LIMIT 1"):
            try:
                session.ask(
                    f"UPDATE gradings g SET build = '{build}', reusable ="
                    " g.reusable AND NOT EXISTS (SELECT 1 FROM gradings o"
                    " WHERE o.version_id = g.version_id AND o.language ="
                    " g.language AND o.code_hash = g.code_hash AND o.build ="
                    f" '{build}' AND o.reusable) WHERE g.id = {grading}"
                    " AND g.state = 'queued'")
                self.count("re-keyed")
            except Refused as no:
                if no.code != "23505":  # a hand-in came between: next time
                    raise
        time.sleep(0.002)  # the queue is empty

    # -- the rules --

    def check(self, session, fences):
        for row in session.ask(
                "SELECT s.id, s.user_id, g.id, g.state FROM submissions s"
                " JOIN gradings g ON g.id = s.grading_id WHERE s.status ="
                " 'pending' AND g.state NOT IN ('queued', 'running')"):
            self.fault("pending behind a finished grading: " + " ".join(row))
        for row in session.ask(
                "SELECT user_id, count(*) FROM submissions WHERE status ="
                " 'pending' GROUP BY 1 HAVING count(*) > 1"):
            self.fault("two pending: " + " ".join(row))
        for grading, fence in session.ask("SELECT id, fence FROM gradings"):
            if int(fence) < fences.get(grading, 0):
                self.fault(f"fence of {grading} fell to {fence}")
            fences[grading] = int(fence)

    def worker(self, role, what, seed):
        session = Session(self.args, role)
        rng = random.Random(seed)
        while time.monotonic() < self.stop_at and not self.faults:
            try:
                what(session, rng)
            except Refused as no:
                self.fault(f"{role}: {no}")
        session.close()

    def watcher(self):
        fences = {}
        session = Session(self.args)
        while time.monotonic() < self.stop_at and not self.faults:
            self.check(session, fences)
            time.sleep(0.05)
        session.close()

    def drain(self):
        """Nobody hands in any more: grade by rings, then as the janitor."""
        session = Session(self.args, "assay_grader")
        rng = random.Random(0)
        while self.rings:
            entry = self.rings.popleft()
            while entry:
                fence, _, following = claim(session, entry, 30)
                if fence is not None:
                    self.store(session, rng, entry, fence)
                entry = following
        # those that a lost lease, or a claim that crossed a replacement, left
        for (grading,) in session.ask(
                "SELECT g.id FROM gradings g WHERE g.state = 'queued' AND"
                " EXISTS (SELECT 1 FROM submissions s WHERE s.grading_id ="
                " g.id AND s.status = 'pending')"):
            self.count("found by no ring")
            fence, _, _ = claim(session, grading, 30)
            self.store(session, rng, grading, fence)
        session.ask("UPDATE gradings SET lease_until = '-infinity'"
                    " WHERE state = 'running'")
        for (grading,) in session.ask(
                "SELECT id FROM gradings WHERE state = 'running'"):
            fence, _, _ = claim(session, grading, 30)
            if fence is None:
                session.ask(f"SELECT count(*) FROM park({grading}, 3)")
            else:
                self.store(session, rng, grading, fence)
        session.close()

    def settle(self):
        self.check(self.admin, {})
        mine = ", ".join(f"'{u}'" for u in self.users)
        for row in self.admin.ask(
                "SELECT id, status FROM submissions WHERE user_id IN"
                f" ({mine}) AND status = 'pending'"):
            self.fault("never judged: " + " ".join(row))
        for row in self.admin.ask(
                "SELECT user_id, key, count(*) FROM idempotency_keys"
                f" WHERE user_id IN ({mine}) GROUP BY 1, 2"
                " HAVING count(*) > 1"):
            self.fault("a key twice: " + " ".join(row))
        for who, ids in self.made.items():
            if len(ids) > 1 or self.created[who] > 1:
                self.fault(f"key {who} made {sorted(ids)}")
        for row in self.admin.ask(
                "SELECT s.user_id, s.points, t.points FROM scores s, LATERAL"
                " (SELECT coalesce(max(b.points), 0) AS points FROM submissions"
                " b WHERE b.user_id = s.user_id AND b.status = 'graded') t"
                f" WHERE s.user_id IN ({mine}) AND s.points <> t.points"):
            self.fault("score: " + " ".join(row))

    def run(self):
        threads = [threading.Thread(target=self.watcher)]
        for n in range(WEB + GRADERS):
            role, what = (("assay_web", self.submit) if n < WEB else
                          ("assay_grader", self.grade))
            threads.append(threading.Thread(
                target=self.worker, args=(role, what, self.args.seed + n)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if not self.faults:
            self.drain()
            self.settle()
        done = sum(self.counts[n] for n in (
            "created", "replay", "pending", "key_reuse", "claimed",
            "claimed by another", "stored", "handed back"))
        print(f"# seed {self.args.seed}: {done} operations,",
              ", ".join(f"{n} {what}" for what, n in
                        sorted(self.counts.items())))
        wanted = ["created", "replay", "pending", "replaced", "stored"]
        if self.counts["claimed"] >= ENOUGH:
            wanted += ["followed", "handed back", "abandoned", "re-keyed"]
        for what in wanted:
            if not self.counts[what] and not self.faults:
                self.fault(f"never happened: {what}")
        lost = self.counts["found by no ring"]
        if lost > max(FEW_WAITING, MOST_WAITING * self.counts["claimed"]):
            self.fault(f"{lost} were left to the janitor")
        return self.faults


def new_users(admin, count):
    return [row[0] for row in admin.ask(
        "INSERT INTO users (name) SELECT 'u ' || gen_random_uuid()"
        f" FROM generate_series(1, {count}) RETURNING id")]


def offer(admin):
    admin.ask("INSERT INTO runtimes (language, build) VALUES ('python3',"
              " 'race-1') ON CONFLICT DO NOTHING")


def pending_fault(admin, users):
    mine = ", ".join(f"'{u}'" for u in users)
    return admin.ask(
        "SELECT s.user_id, count(*) FILTER (WHERE s.status = 'pending'),"
        " count(*) FILTER (WHERE s.status = 'pending' AND g.state <> 'queued')"
        " FROM submissions s JOIN gradings g ON g.id = s.grading_id"
        f" WHERE s.user_id IN ({mine}) GROUP BY 1 HAVING"
        " count(*) FILTER (WHERE s.status = 'pending') <> 1 OR"
        " count(*) FILTER (WHERE s.status = 'pending' AND g.state <> 'queued')"
        " > 0")


def exchange(args):
    """Two users give each other their programs, again and again, at once."""
    admin = Session(args)
    offer(admin)
    users = new_users(admin, 2)
    sessions = [Session(args, "assay_web") for _ in users]
    faults = []
    last = [hand_in(s, u, f"print({n})")[1]
            for n, (s, u) in enumerate(zip(sessions, users))]
    gate = threading.Barrier(2)

    def turn(n):
        for step in range(300):
            gate.wait()
            try:
                got = hand_in(sessions[n], users[n], f"print({(n + step) % 2})",
                              None, last[n])
            except Refused as no:
                faults.append(str(no))
                continue
            if got[0] != "created" or got[6] != last[n]:
                faults.append(f"user {n} step {step}: {got}")
            last[n] = got[1]

    threads = [threading.Thread(target=turn, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    faults += [f"{row}" for row in pending_fault(admin, users)]
    return faults


def same_key(args):
    """One request sent eight times at once: one submission."""
    admin = Session(args)
    offer(admin)
    sessions = [Session(args, "assay_web") for _ in range(8)]
    faults = []
    for step in range(25):
        user, = new_users(admin, 1)
        old = None
        if step % 2:
            old = hand_in(sessions[0], user, f"print('old {step}')")[1]
        gate, results = threading.Barrier(8), []

        def send(session):
            gate.wait()
            try:
                results.append(hand_in(session, user, f"print('{step}')",
                                       f"key {step}", old))
            except Refused as no:
                faults.append(str(no))

        threads = [threading.Thread(target=send, args=(s,)) for s in sessions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        outcomes = sorted(r[0] for r in results)
        if outcomes != ["created"] + ["replay"] * 7 or \
                len({r[1] for r in results}) != 1:
            faults.append(f"step {step}: {results}")
        if [r[6] for r in results if r[0] == "created"] != [old or ""]:
            faults.append(f"step {step} replaced: {results}")
    return faults


def blocked(admin, session_pid):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if admin.ask("SELECT 1 FROM pg_stat_activity WHERE wait_event_type ="
                     f" 'Lock' AND pid = {session_pid}"):
            return True
        time.sleep(0.02)
    return False


def crossing(args):
    """Two who shared a program; she goes on from what follows it while he
    turns to that: each needs the row that the other one holds."""
    admin, holder = Session(args), Session(args)
    offer(admin)
    users = new_users(admin, 2)
    sessions = [Session(args, "assay_web") for _ in users]
    pids = [s.ask("SELECT pg_backend_pid()")[0][0] for s in sessions]
    ann, bob = users
    first = hand_in(sessions[0], ann, "print('shared')")
    his = hand_in(sessions[1], bob, "print('shared')")
    second = hand_in(sessions[0], ann, "print('hers')", None, first[1])
    # her next program is just being inserted by somebody who will not commit
    holder.ask("BEGIN")
    holder.ask("INSERT INTO gradings (version_id, language, code_hash, code,"
               " build) SELECT version_id, language, sha256('print(9)'),"
               f" 'print(9)', build FROM gradings WHERE id = {second[2]}")
    sessions[0].send(
        "SELECT outcome, replaced FROM hand_in('" + ann + "', (SELECT id FROM"
        " assignments WHERE slug = 'sum'), 'python3', 'print(9)', NULL, NULL,"
        f" {second[1]}, 1000)")
    if not blocked(admin, pids[0]):
        return ["she does not wait for the insert"]
    sessions[1].send(
        "SELECT outcome, replaced FROM hand_in('" + bob + "', (SELECT id FROM"
        " assignments WHERE slug = 'sum'), 'python3', 'print(''hers'')', NULL,"
        f" NULL, {his[1]}, 1000)")
    if not blocked(admin, pids[1]):
        return ["he does not wait for her"]
    holder.ask("ROLLBACK")
    faults = []
    for session, old in zip(sessions, (second[1], his[1])):
        try:
            got = session.receive()[0]
            if got != ["created", old]:
                faults.append(f"{got}")
        except Refused as no:
            faults.append(str(no))
    faults += [f"{row}" for row in pending_fault(admin, users)]
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["race", "exchange", "same-key",
                                         "crossing"])
    parser.add_argument("--psql", required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--seconds", type=float, default=20)
    args = parser.parse_args()
    todo = {"race": lambda a: Race(a).run(), "exchange": exchange,
            "same-key": same_key, "crossing": crossing}
    faults = todo[args.what](args)
    for fault in faults[:20]:
        print("fault:", fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
