"""F9: the same grading is rung for many times, while it waits, while it runs
and after it was judged."""
import time

from faults import Fault
from points import grading_of, hand_in, sleeper, wait_for
from resp import RedisError

RINGS = 5


def ring(chaos, number):
    for _ in range(RINGS):
        try:
            chaos.stack.redis("XADD", "graderQueue", "*", "grading", number)
        except RedisError:
            time.sleep(0.1)  # another fault has Redis down


def ring_often(chaos, rng):
    with chaos.load.borrowed() as student:
        sub = chaos.make(student, sleeper(chaos, 0.1))
        hand_in(chaos, student, sub)
        number = grading_of(chaos, sub)
        ring(chaos, number)
        time.sleep(rng.uniform(0.1, 0.8))
        ring(chaos, number)
        chaos.healed()
        student.see(sub, chaos.deadline)
        ring(chaos, number)
    chaos.event().facts["grading"] = number
    if chaos.alone:
        wait_for(chaos.is_quiet, 30, 0.1)


def ran_once(chaos, event):
    """Alone: it was claimed once, and judged once."""
    number = event.facts["grading"]
    if not chaos.alone:
        return []
    claims = chaos.stack.one("SELECT count(*) FROM chaos.log WHERE what = "
                             f"'grading' AND id = {number} AND "
                             "after = 'running'")
    judged = sum(chaos.stack.log(n).count(f" judged grading={number} ")
                 for n in chaos.stack.graders)
    if claims != "1" or judged != 1:
        return [f"F9 grading {number}, rung {3 * RINGS + 1} times, was claimed "
                f"{claims} and judged {judged} times"]
    return []


FAULTS = [Fault("F9", "ring 15 times too often", ring_often, ran_once,
                seconds=4)]
