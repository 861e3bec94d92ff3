"""F5 to F7: Redis forgets all, loses the end of its file, or does not answer.

PostgreSQL is the truth, so nothing may be lost; and POST goes on, because it
waits for Redis only a moment.  One of these at a time: they undo each other.
"""
import os
import pathlib
import signal
import subprocess
import threading
import time

import probe
from faults import Fault, Missed
from resp import Redis, RedisError
from stack import StackError, send

ONE = threading.Lock()
GROUP = "graders"
RESUME_SECONDS = 5
IDLE_LOAD = 0.05     # of a core, all graderds together, while Redis is away


def alone(inject):
    """Not while another fault of this file is at work."""
    def locked(chaos, rng):
        with ONE:
            inject(chaos, rng)
    return locked


def ready(chaos):
    """Redis, answering; others may just have killed it."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            chaos.stack.redis("PING")
            return chaos.stack.redis
        except RedisError:
            time.sleep(0.1)
    raise Missed("Redis is not up")


def streams(redis):
    return [n for n in redis("KEYS", "*graderQueue*")
            if redis("TYPE", n) == "stream"]


def hand_in_one(chaos):
    """So that there is work for who must notice."""
    probe.accepts(chaos)
    chaos.event().facts["waiting"] = True


# -- F5: what was in it is gone -------------------------------------------

@alone
def flush(chaos, rng):
    redis = ready(chaos)
    for _ in range(rng.randint(1, 3)):
        redis("FLUSHALL")
        hand_in_one(chaos)
        time.sleep(rng.uniform(0, 0.3))


@alone
def delete_streams(chaos, rng):
    redis = ready(chaos)
    names = streams(redis)
    if not names:
        raise Missed("no stream")
    redis("DEL", *names)
    hand_in_one(chaos)


@alone
def destroy_group(chaos, rng):
    redis = ready(chaos)
    names = streams(redis)
    if not names:
        raise Missed("no stream")
    for name in names:
        redis("XGROUP", "DESTROY", name, GROUP)
    hand_in_one(chaos)


def stop_somehow(chaos, rng):
    """By SIGKILL or SIGTERM; it is held down by the caller."""
    if rng.random() < 0.5:
        chaos.killed(int(chaos.stack.kill("redis")))
        while chaos.stack.pid("redis"):
            time.sleep(0.01)
    chaos.stack.stop("redis")


@alone
def empty_folder(chaos, rng):
    ready(chaos)
    with chaos.stack.held("redis"):
        stop_somehow(chaos, rng)
        for path in (chaos.stack.dir / "redis" / "appendonlydir").iterdir():
            path.unlink()
        hand_in_one(chaos)
    await_up(chaos)


def await_up(chaos):
    """The keeper starts it; from then on the fault is over."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            chaos.stack.redis("PING")
            return
        except RedisError:
            time.sleep(0.05)
    raise AssertionError("Redis does not come back")


# -- F6: its file is cut --------------------------------------------------

def newest_aof(chaos):
    found = list((chaos.stack.dir / "redis").glob("appendonlydir/*.incr.aof"))
    if not found:
        raise Missed("no append-only file")
    return max(found, key=lambda p: int(p.name.split(".")[-3]))


def cut(share):
    """The end of the file is lost: `share` of it, or one byte."""
    @alone
    def inject(chaos, rng):
        ready(chaos)
        with chaos.stack.held("redis"):
            stop_somehow(chaos, rng)
            path = newest_aof(chaos)
            size = path.stat().st_size
            os.truncate(path, max(0, size - 1 if share == 0 else
                                  int(size * (1 - share))))
            chaos.event().facts["bytes"] = size
            hand_in_one(chaos)
        await_up(chaos)
    return inject


@alone
def corrupt_middle(chaos, rng):
    """Not an end that is missing but nonsense in the middle: Redis must refuse
    to start, and docs/OPERATIONS.md's cure must work."""
    redis = ready(chaos)
    for n in range(50):  # so that there is a middle
        redis("SET", "chaos:filler", f"{n:0100}")
    redis("DEL", "chaos:filler")
    with chaos.stack.held("redis"):
        chaos.stack.stop("redis")
        path = newest_aof(chaos)
        with open(path, "r+b") as file:
            file.seek(path.stat().st_size // 2)
            file.write(b"\xff" * 300)
        try:
            chaos.stack.start("redis")
        except StackError:
            pass  # as it should be
        else:
            raise AssertionError("Redis started with a corrupt file")
        hand_in_one(chaos)
        repair(chaos, rng, path)
    await_up(chaos)


def repair(chaos, rng, path):
    if rng.random() < 0.5:
        path.unlink()
        manifest = next(path.parent.glob("*.manifest"))
        manifest.unlink()
        return
    manifest = next(path.parent.glob("*.manifest"))
    done = subprocess.run(["redis-check-aof", "--fix", str(manifest)],
                          input="y\n" * 3, text=True, errors="replace", capture_output=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"redis-check-aof: {done.stdout}{done.stderr}")


# -- F7: it is there and does not serve -----------------------------------

def unserved(chaos, seconds):
    """While it lasts: POST is answered as ever, and nobody spins."""
    with probe.posts(chaos) as heard:
        start = time.monotonic()
        probe.accepts(chaos)
        left = seconds - (time.monotonic() - start)
        time.sleep(max(0, min(1.0, left / 2)))
        load = probe.idle_load(chaos.stack, max(0.5, left / 2))
    chaos.event().facts.update(posts=len(heard), load=round(load, 3),
                               waiting=True)
    if chaos.alone:
        refused = [s for s in heard if s not in (*probe.PROMISED, 409)]
        if refused:
            raise AssertionError(f"hand-ins were answered {refused}")
    return load


@alone
def down(chaos, rng):
    ready(chaos)
    with chaos.stack.held("redis"):
        stop_somehow(chaos, rng)
        time.sleep(2)  # what was claimed before is judged by now, mostly
        load = unserved(chaos, rng.uniform(3, 8))
    await_up(chaos)
    if chaos.alone and load > IDLE_LOAD:
        raise AssertionError(f"graderd used {load:.0%} of a core without Redis")


@alone
def out_of_memory(chaos, rng):
    redis = ready(chaos)
    redis("CONFIG", "SET", "maxmemory", "1")
    try:
        unserved(chaos, rng.uniform(1.5, 4))
    finally:
        settle(chaos, "CONFIG", "SET", "maxmemory", "0")


@alone
def paused(chaos, rng):
    """CLIENT PAUSE: commands are neither done nor refused."""
    redis = ready(chaos)
    seconds = rng.uniform(1.5, 4)
    redis("CLIENT", "PAUSE", int(seconds * 1000), "ALL")
    unserved(chaos, seconds)


@alone
def hangs(chaos, rng):
    """What DEBUG SLEEP would do, which Redis 7 refuses unless told."""
    ready(chaos)
    pid = chaos.stack.pid("redis")
    if pid is None or not send(pid, signal.SIGSTOP):
        raise Missed("Redis is not up")
    try:
        unserved(chaos, rng.uniform(1.5, 6))
    finally:
        send(pid, signal.SIGCONT)


@alone
def busy_script(chaos, rng):
    """A script that does not end: -BUSY to everybody."""
    redis = ready(chaos)
    redis("CONFIG", "SET", "busy-reply-threshold", "100")
    folder = pathlib.Path(chaos.stack.dir) / "redis"
    other = Redis(str(folder / "redis.sock"), str(folder / "password"), 60)

    def spin():
        try:
            other("EVAL", "while true do end", "0")
        except RedisError:
            pass  # killed, as it should be
        other.close()

    thread = threading.Thread(target=spin, daemon=True)
    thread.start()
    try:
        time.sleep(0.3)
        unserved(chaos, rng.uniform(1.5, 4))
    finally:
        settle(chaos, "SCRIPT", "KILL")
        thread.join(10)
        settle(chaos, "CONFIG", "SET", "busy-reply-threshold", "5000")


@alone
def read_only(chaos, rng):
    """A replica of nobody: -READONLY to every XADD."""
    redis = ready(chaos)
    redis("REPLICAOF", "127.0.0.1", "1")
    try:
        unserved(chaos, rng.uniform(1.5, 4))
    finally:
        settle(chaos, "REPLICAOF", "NO", "ONE")


def settle(chaos, *words):
    """Put back; whoever was killed meanwhile has forgotten it anyway."""
    end = time.monotonic() + 20
    while True:
        try:
            return chaos.stack.redis(*words)
        except RedisError as why:
            if "NOTBUSY" in str(why):
                return None
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


RESUME = probe.claims_go_on(RESUME_SECONDS)

FAULTS = [
    Fault("F5", "FLUSHALL", flush, RESUME, weight=2),
    Fault("F5", "delete the streams", delete_streams, RESUME),
    Fault("F5", "destroy the groups", destroy_group, RESUME),
    Fault("F5", "Redis restarts with an empty folder", empty_folder, RESUME),
    Fault("F6", "the last byte of the AOF is lost", cut(0), RESUME,
          short=False),
    Fault("F6", "half of the AOF is lost", cut(0.5), RESUME),
    Fault("F6", "the whole AOF is lost", cut(1), RESUME, short=False),
    Fault("F6", "the AOF is corrupt", corrupt_middle, RESUME),
    Fault("F7", "Redis is down", down, RESUME, seconds=12),
    Fault("F7", "Redis has no memory", out_of_memory, RESUME, seconds=5),
    Fault("F7", "Redis pauses", paused, RESUME, short=False, seconds=5),
    Fault("F7", "Redis hangs", hangs, RESUME, seconds=7, short=False),
    Fault("F7", "Redis is busy", busy_script, RESUME, short=False, seconds=5),
    Fault("F7", "Redis is read-only", read_only, RESUME, seconds=5),
]
