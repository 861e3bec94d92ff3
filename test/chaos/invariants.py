"""What must hold after every round.  (The first four; more to come.)"""


def check(chaos):
    """A list of violations, as text."""
    return [*no_loss(chaos), *single_effect(chaos), *purity(chaos),
            *stream_clean(chaos)]


def no_loss(chaos):
    """I1: what was acknowledged is there, and judged."""
    status = dict(chaos.stack.sql("SELECT id, status FROM submissions"))
    for sub in chaos.load.acked(chaos.round):
        found = status.get(str(sub.id))
        if found != "graded" or sub.judged is None:
            yield (f"I1 submission {sub.id} of {sub.student.name}: "
                   f"{found or 'lost'}, its student saw {sub.got}")


def single_effect(chaos):
    """I2: nothing was judged twice, no hand-in made two rows."""
    for what, number, times in chaos.stack.sql(
            "SELECT what, id, count(*) FROM chaos.log WHERE after IN "
            "('done', 'parked', 'graded') GROUP BY what, id "
            "HAVING count(*) > 1"):
        yield f"I2 {what} {number} was finished {times} times"
    acked = {str(sub.id) for sub in chaos.load.acked()}
    for number, name in chaos.stack.sql(
            "SELECT s.id, u.name FROM submissions s JOIN users u "
            "ON u.id = s.user_id WHERE u.name LIKE 'chaos-%'"):
        if number not in acked:
            yield f"I2 submission {number} of {name} was never acknowledged"


def purity(chaos):
    """I5: each program gets its verdict, and the points of a quiet day."""
    for sub in chaos.load.acked(chaos.round):
        if sub.judged is None:
            continue
        points = chaos.points.get(sub.program.name)
        if sub.got != sub.verdict:
            yield (f"I5 submission {sub.id}, {sub.program.name}: {sub.got} "
                   f"instead of {sub.verdict}")
        elif sub.verdict == sub.program.verdict and points is not None and \
                sub.points != points:
            yield (f"I5 submission {sub.id}, {sub.program.name}: "
                   f"{sub.points} points instead of {points}")


def stream_clean(chaos):
    """I7: nothing is left in the queue."""
    for name, length, pending in chaos.queues():
        if length or pending:
            yield f"I7 {name} has {length} entries, {pending} not acknowledged"
