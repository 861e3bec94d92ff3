"""A private stack (deploy/stack.sh) that somebody keeps killing.

What is dead is started again by the keeper, as systemd would, unless a fault
holds it down:

    stack.kill("redis")                # up again within half a second
    with stack.held("redis"):          # stays down as long as this lasts
        stack.kill("redis")
        ...
"""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from resp import Redis

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "deploy" / "stack.sh"
KEEPER_SECONDS = 0.25
START_SECONDS = 90


class StackError(Exception):
    """A command of the stack failed."""


def stat_fields(pid):
    """Fields of /proc/PID/stat after the name; None when there is no such."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text("latin-1")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def alive(pid):
    fields = stat_fields(pid)
    return fields is not None and fields[0] != "Z"


def comm(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text("latin-1").strip()
    except OSError:
        return ""


def processes():
    """(pid, parent) of all that live."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = stat_fields(entry)
            if fields and fields[0] != "Z":
                yield int(entry), int(fields[1])


def send(pid, sig):
    """False: it was gone already."""
    try:
        os.kill(pid, sig)
    except ProcessLookupError:
        return False
    return True


class Stack:
    def __init__(self, build, settings, graders=2, throwaway=True, folder=None):
        self.build = build
        self.settings = dict(settings)
        self.graders = ["graderd" if n == 1 else f"graderd{n}"
                        for n in range(1, graders + 1)]
        self.throwaway = throwaway
        self.own = folder is None
        self.dir = pathlib.Path(folder or tempfile.mkdtemp(prefix="chaos."))
        self.dir.mkdir(parents=True, exist_ok=True)
        self.dir.chmod(0o755)
        self.port = None
        self.holds = {}  # name: how many faults hold it down
        self.lock = threading.Lock()
        self.busy = {}  # name: lock of who starts or stops it
        self.starts = 0
        self.keeping = threading.Event()
        self.keeper = None
        self.trouble = []  # what could not be started again
        self.redis = Redis(str(self.dir / "redis" / "redis.sock"),
                           str(self.dir / "redis" / "password"))

    # -- the whole ---------------------------------------------------------

    def up(self, course):
        words = [str(SCRIPT), "up", str(self.dir), "--port", "0", "--build",
                 self.build, "--graders", str(len(self.graders)), "--course",
                 str(course)]
        if self.throwaway:
            words.append("--throwaway")
        for name, value in self.settings.items():
            words += ["--set", f"{name}={value}"]
        self.run(words)
        self.port = int(self.fact("PORT"))
        self.keeping.set()
        self.keeper = threading.Thread(target=self.keep, daemon=True)
        self.keeper.start()

    def down(self, keep=False):
        self.keeping.clear()
        if self.keeper:
            self.keeper.join(START_SECONDS)
        self.redis.close()
        self.run([str(SCRIPT), "down", str(self.dir)])
        if self.own and not keep:
            shutil.rmtree(self.dir)

    def run(self, words, timeout=START_SECONDS):
        done = subprocess.run(words, stdin=subprocess.DEVNULL, text=True, errors="replace",
                              capture_output=True, timeout=timeout,
                              check=False)
        if done.returncode != 0:
            raise StackError(f"{' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def fact(self, name):
        """A value that the stack chose: PORT, REDIS_PORT …"""
        return self.run(["bash", "-c", f'. "$1" && echo "${{{name}}}"', "fact",
                         str(self.dir / "stack.env")]).strip()

    def assay(self, *words):
        """The sysadmin's program; what it prints."""
        return self.run([str(ROOT / "build" / self.build / "bin" / "assay"),
                         "-c", str(self.dir / "assay.conf"), *words])

    def log(self, name):
        """All that a component has said."""
        path = self.dir / "log" / f"{name}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    # -- components --------------------------------------------------------

    def names(self):
        """Components that were started: postgres redis box nginx graderd …"""
        return sorted(p.name for p in (self.dir / "pid").iterdir())

    def handlers(self):
        return sorted(p.stem for p in (ROOT / "cgi-bin").glob("*.c"))

    def pid(self, name):
        """Its process id; None when it is not running."""
        try:
            words = (self.dir / "pid" / name).read_text("ascii").split()
        except OSError:
            return None
        fields = stat_fields(words[0]) if len(words) == 2 else None
        if not fields or fields[0] == "Z" or fields[19] != words[1]:
            return None
        return int(words[0])

    def busy_lock(self, name):
        with self.lock:
            return self.busy.setdefault(name, threading.Lock())

    def start(self, name):
        with self.busy_lock(name):
            if self.pid(name) is None:
                self.run([str(SCRIPT), "start", name, str(self.dir)])
                self.starts += 1

    def stop(self, name):
        """By SIGTERM (PostgreSQL: SIGINT), and wait until it is gone."""
        with self.busy_lock(name):
            self.run([str(SCRIPT), "stop", name, str(self.dir)])

    def kill(self, name):
        """SIGKILL to its process group, as a crash of all of it would.  False:
        it was not running."""
        pid = self.pid(name)
        if pid is None:
            return False
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def kill_tree(self, names):
        """SIGKILL to these and all their descendants, at once: a power cut.
        PostgreSQL's backends and box's programs are in groups of their own."""
        roots = {self.pid(name) for name in names} - {None}
        victims = set(roots)
        pairs = list(processes())
        while True:
            more = {pid for pid, parent in pairs if parent in victims} - victims
            if not more:
                break
            victims |= more
        for pid in victims:
            send(pid, signal.SIGKILL)
        return len(roots)

    def children(self, name, called=None):
        """Pids of a component's own child processes; `called` "graderd:0",
        "graderd:janitor" …: only these."""
        parent = self.pid(name)
        return [pid for pid, up in processes() if up == parent
                and (called is None or comm(pid) == called)]

    def workers(self):
        """Pids of the workers of all graderds."""
        return [pid for name in self.graders for pid in self.children(name)
                if comm(pid).startswith("graderd:")
                and comm(pid)[8:].isdigit()]

    # -- the keeper --------------------------------------------------------

    @contextlib.contextmanager
    def held(self, *names):
        """These stay down, when killed or stopped, as long as this lasts."""
        with self.lock:
            for name in names:
                self.holds[name] = self.holds.get(name, 0) + 1
        try:
            yield
        finally:
            with self.lock:
                for name in names:
                    self.holds[name] -= 1

    def keep(self):
        while self.keeping.is_set():
            for name in self.names() + self.missing():
                if self.pid(name) is None and not self.holds.get(name):
                    self.revive(name)
            time.sleep(KEEPER_SECONDS)

    def missing(self):
        """`stop` removes the pid file; who stopped it starts it, or we do."""
        names = ["postgres", "redis", "box", "nginx", *self.handlers(),
                 *self.graders]
        have = self.names()
        return [n for n in names if n not in have]

    def revive(self, name):
        def start():
            try:
                self.start(name)
            except (StackError, subprocess.TimeoutExpired) as e:
                self.trouble.append(str(e))  # and once more, soon

        # each by itself: a graderd's start waits for PostgreSQL's
        if not self.busy_lock(name).locked():
            threading.Thread(target=start, daemon=True).start()

    def all_up(self):
        return all(self.pid(name) for name in self.names()) and \
            not self.missing()

    # -- questions ---------------------------------------------------------

    def psql(self, role="postgres"):
        """The words that run psql on this stack's database."""
        env = ["env", "-u", "PGHOST", "-u", "PGPORT", "-u", "PGOPTIONS"]
        return [*env, "psql", "-XqAt", "-F", "\x1f", "-v", "ON_ERROR_STOP=1",
                "-h", str(self.dir / "pg" / "run"), "-d", "assay", "-U", role]

    def sql(self, text, role="postgres", timeout=30):
        """Rows (lists of str; NULL is "") of one or more statements."""
        out = self.run([*self.psql(role), "-c", text], timeout)
        return [line.split("\x1f") for line in out.splitlines()]

    def one(self, text):
        """The single value of a query, as text."""
        return self.sql(text)[0][0]

    # -- crash points (lib/fault.h) ----------------------------------------

    def fault(self, point, order="kill"):
        """Whoever comes to this point first obeys: kill, stop, abort, or
        "sleep MS"."""
        folder = self.dir / "run" / "faults"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)  # who obeys takes the order away
        fresh = self.dir / f"order.{threading.get_ident()}"
        fresh.write_text(order + "\n", "ascii")
        fresh.chmod(0o644)
        fresh.rename(folder / point)  # whole, or not there

    def fault_waits(self, point):
        """Nobody has come there yet."""
        return (self.dir / "run" / "faults" / point).exists()

    def fault_cancel(self, point):
        """True: nobody had come there."""
        try:
            (self.dir / "run" / "faults" / point).unlink()
        except FileNotFoundError:
            return False
        return True
