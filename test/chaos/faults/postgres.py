"""F8: PostgreSQL restarts, stops at once, is away, or ends all connections.

Nothing is accepted meanwhile: 503 with Retry-After within two seconds, and
never a 2xx without its row.  Nobody needs a restart."""
import signal
import threading
import time

import probe
from faults import Fault, Missed
from stack import StackError, send

ONE = threading.Lock()
REFUSED_SECONDS = 2.0
SLACK = 0.5          # of a busy machine with two cores

def alone(inject):
    def locked(chaos, rng):
        with ONE:
            if chaos.stack.pid("postgres") is None:
                raise Missed("PostgreSQL is not up")
            inject(chaos, rng)
    return locked


def await_gone(chaos):
    end = time.monotonic() + 30
    while chaos.stack.pid("postgres"):
        if time.monotonic() > end:
            raise AssertionError("PostgreSQL does not stop")
        time.sleep(0.02)


def await_up(chaos):
    """The keeper starts it."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            chaos.stack.one("SELECT 1")
            return
        except StackError:
            time.sleep(0.05)
    raise AssertionError("PostgreSQL does not come back")


def stop_by(sig):
    """SIGINT: fast; SIGQUIT: immediate, as `pg_ctl stop -m immediate`."""
    @alone
    def inject(chaos, _):
        chaos.event().facts["waiting"] = True
        send(chaos.stack.pid("postgres"), sig)
        await_gone(chaos)
        await_up(chaos)
        probe.hand_in(chaos)
    return inject


@alone
def away(chaos, rng):
    """Down for some seconds: what students are told."""
    with chaos.load.borrowed() as student, chaos.stack.held("postgres"):
        send(chaos.stack.pid("postgres"),
             rng.choice([signal.SIGINT, signal.SIGQUIT]))
        await_gone(chaos)
        end = time.monotonic() + rng.uniform(3, 7)
        sub = chaos.make(student, probe.quick(chaos))
        slowest = 0.0
        while time.monotonic() < end:
            slowest = max(slowest, refused(chaos, student, sub))
        chaos.event().facts["slowest_503"] = round(slowest, 2)
    chaos.event().facts["waiting"] = True
    await_up(chaos)
    probe.hand_in(chaos)


def refused(chaos, student, sub):
    """One hand-in that must be refused in the right words; its seconds."""
    path = (f"/api/assignments/demo/{sub.program.assignment}/submissions"
            f"?language={sub.program.language}")
    status, headers, body, took = probe.ask(
        chaos.stack, "POST", path, sub.code.encode(), student.token,
        **{"Content-Type": "text/plain", "Idempotency-Key": sub.key})
    if status in probe.PROMISED:
        raise AssertionError(f"{status} without PostgreSQL: {body[:200]!r}")
    if not chaos.alone:
        return took
    if status != 503 or int(headers.get("Retry-After", 0)) < 1:
        raise AssertionError(f"{status} without PostgreSQL, Retry-After "
                             f"{headers.get('Retry-After')}: {body[:200]!r}")
    if took > REFUSED_SECONDS + SLACK:
        raise AssertionError(f"the 503 came after {took:.1f} s")
    time.sleep(0.1)
    return took


@alone
def terminate(chaos, rng):
    """All connections of handlers and graderds, a few times."""
    for _ in range(rng.randint(1, 4)):
        try:
            chaos.event().facts["ended"] = chaos.stack.one(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND usename IN ('assay_web', "
                "'assay_grader')")
        except StackError:
            raise Missed("PostgreSQL is not up") from None
        time.sleep(rng.uniform(0.1, 0.8))
    chaos.event().facts["waiting"] = True
    probe.hand_in(chaos)


FAULTS = [
    Fault("F8", "PostgreSQL restarts", stop_by(signal.SIGINT)),
    Fault("F8", "PostgreSQL stops at once", stop_by(signal.SIGQUIT), weight=2),
    Fault("F8", "PostgreSQL is away", away, seconds=10),
    Fault("F8", "all backends are terminated", terminate, weight=2),
]
