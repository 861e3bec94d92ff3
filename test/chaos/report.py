"""What a run of chaos.py found: text, JSON, TAP.

The recovery time of an injection is the time from the end of the injection
(when what was broken may work again; for a kill: the kill) until the last
student had her verdict, by HTTP, of those whose hand-in was acknowledged before
that end and not judged when the injection began.  Ordinary waiting in the
queue behind others is in it, and so are other faults of the same round: it is
an upper bound.
"""
import json
import pathlib
import statistics


def recoveries(chaos, events):
    """Fill in event.recovery for the events of a round."""
    subs = [s for s in chaos.load.acked(chaos.round) if s.judged is not None]
    for event in events:
        hit = [s.judged - event.until for s in subs
               if s.acked <= event.until and s.judged > event.at]
        event.recovery = max([0.0, *hit])


def numbers(chaos):
    """Everything that the report says, as one dictionary."""
    subs = chaos.load.acked()
    done = [s for s in subs if s.judged is not None]
    broken = [s for s in done if s.round > 0]
    times = sorted(s.seconds() for s in broken) or [0.0]
    count = lambda word: sum(1 for _, text in chaos.violations
                             if text.startswith(word))
    return {
        "seed": chaos.args.seed,
        "rounds": chaos.round,
        "minutes": round((chaos.ended - chaos.began) / 60, 1),
        "faults": sum(1 for e in chaos.events if not e.missed),
        "missed": sum(1 for e in chaos.events if e.missed),
        "kills": sum(e.kills for e in chaos.events),
        "restarts": chaos.stack.starts,
        "acknowledged": len(subs),
        "refused": sum(1 for s in chaos.load.submissions if s.refused),
        "retries": sum(max(0, len(s.tries) - 1)
                       for s in chaos.load.submissions),
        "answers": tally(str(status) for s in chaos.load.submissions
                         for status in s.tries),
        "judged": len(done),
        "verdicts": tally(s.got for s in done),
        "parked": int(chaos.facts["parked"]),
        "joined": int(chaos.facts["joined"]),
        "lost": count("I1 "),
        "doubles": count("I2 "),
        "wrong": count("I5 "),
        "locked_out": count("locked out"),
        "violations": [f"round {n}: {text}" for n, text in chaos.violations],
        "quiet_day": {k: round(v, 2) for k, v in chaos.quiet.items()},
        "seconds_to_verdict": {
            "median": round(statistics.median(times), 2),
            "p99": round(times[int(len(times) * 0.99)], 2),
            "slowest": round(times[-1], 2)},
        "by_fault": by_fault(chaos.events),
    }


def tally(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def by_fault(events):
    """A row for each fault that was tried."""
    rows = {}
    for event in events:
        row = rows.setdefault(f"{event.fault.number} {event.fault.name}", {
            "injected": 0, "missed": 0, "kills": 0, "recoveries": []})
        if event.missed:
            row["missed"] += 1
            continue
        row["injected"] += 1
        row["kills"] += event.kills
        row["recoveries"].append(event.recovery or 0.0)
    for row in rows.values():
        times = row.pop("recoveries") or [0.0]
        row["median_recovery"] = round(statistics.median(times), 1)
        row["slowest_recovery"] = round(max(times), 1)
    return dict(sorted(rows.items(),
                       key=lambda item: int(item[0].split()[0][1:])))


def text(facts):
    """For people; the table is Markdown, for docs/OPERATIONS.md."""
    slowest = max([row["slowest_recovery"]
                   for row in facts["by_fault"].values()] or [0.0])
    lines = [
        f"seed {facts['seed']}: {facts['rounds']} rounds in "
        f"{facts['minutes']} min, "
        f"{facts['kills'] / max(0.1, facts['minutes']):.0f} kills a minute",
        f"{facts['faults']} faults injected ({facts['missed']} found nothing "
        f"to break), {facts['kills']} kills, {facts['restarts']} restarts",
        f"{facts['acknowledged']} submissions acknowledged after "
        f"{facts['retries']} retries ({facts['joined']} joined another's "
        f"run), {facts['judged']} judged, {facts['refused']} refused",
        f"answers to hand-ins: {facts['answers']} (0: none)",
        f"verdicts: {facts['verdicts']}; parked: {facts['parked']}",
        f"lost {facts['lost']}, judged twice {facts['doubles']}, wrong "
        f"verdict {facts['wrong']}, locked-out students "
        f"{facts['locked_out']}",
        f"accepted to verdict: quiet day {facts['quiet_day']}, with faults "
        f"{facts['seconds_to_verdict']} s",
        f"slowest recovery {slowest} s",
        "",
        "| fault | injected | kills | recovery, median | slowest |",
        "|---|---|---|---|---|",
    ]
    for name, row in facts["by_fault"].items():
        lines.append(f"| {name} | {row['injected']} | {row['kills']} | "
                     f"{row['median_recovery']} s | "
                     f"{row['slowest_recovery']} s |")
    lines += ["", *facts["violations"],
              f"{len(facts['violations'])} violations"]
    return "\n".join(lines)


def write(chaos):
    facts = numbers(chaos)
    path = pathlib.Path(chaos.args.json)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    mark = "# " if chaos.args.short else ""
    for line in text(facts).splitlines():
        print(f"{mark}{line}".rstrip())


def tap(n, name, violations, events, seconds):
    """One line of TAP, and why it is `not ok`."""
    what = ", ".join(f"{e.fault.name}" for e in events if not e.missed)
    slowest = max([e.recovery or 0.0 for e in events] or [0.0])
    print(f"{'not ok' if violations else 'ok'} {n} - {name}"
          f"{': ' if what else ''}{what}"
          f"{f' (recovery {slowest:.1f} s, round {seconds:.1f} s)' if events else ''}")
    for _, words in violations:
        for line in words.splitlines():
            print(f"#   {line}")
    print(end="", flush=True)
