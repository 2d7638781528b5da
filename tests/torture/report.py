"""What came of a torture, as a table for a person."""

from collections import Counter
from collections.abc import Iterator

from fixtures.measurements import write_section
from torture.abuses import Abuse
from torture.plan import Kind, Point
from torture.rounds import Report

SECTION = "Faults"


def table(report: Report) -> str:
    """Everything in lines, Markdown that reads well as it is."""
    return "\n".join(_lines(report))


def record(report: Report, command: str) -> None:
    """Writes the table to memory-bank/measurements.md, in place of the last one."""
    write_section(SECTION, command, table(report))


def _lines(report: Report) -> Iterator[str]:
    points: dict[Kind, Counter[Point]] = {}
    for fault, count in report.tally.injected.items():
        points.setdefault(fault.kind, Counter())[fault.point] += count
    said = report.ledger.said
    yield f"{report.rounds} rounds in {report.seconds:.0f} s."
    yield ""
    yield "| fault | injected | at |"
    yield "| --- | ---: | --- |"
    for kind in Kind:
        if at := points.get(kind):
            places = ", ".join(f"{point.value} {at[point]}" for point in Point if at[point])
            yield f"| {kind.value} | {at.total()} | {places} |"
    yield f"| **all** | **{report.tally.injected.total()}** | {_missed(report)} |"
    yield ""
    yield "| abuse | tries | refused | while away |"
    yield "| --- | ---: | ---: | ---: |"
    intrusions = report.intrusions
    for abuse in Abuse:
        if tries := intrusions.tried[abuse]:
            refused, away = intrusions.refused[abuse], intrusions.away[abuse]
            yield f"| {abuse.value} | {tries} | {refused} | {away} |"
    refused, away = intrusions.refused.total(), intrusions.away.total()
    yield f"| **all** | **{intrusions.tried.total()}** | **{refused}** | {away} |"
    yield ""
    yield "| what | how many |"
    yield "| --- | ---: |"
    yield f"| messages acknowledged | {len(said)} |"
    yield f"| of them answered | {sum(one.ending == 'answered' for one in said)} |"
    yield f"| tries in all | {sum(one.tries for one in said)} |"
    yield f"| session instances kept through the gateway | {len(report.ledger.shown)} |"
    yield f"| calls decided by a person | {sum(len(one.decided) for one in said)} |"
    if report.slowest:
        yield f"| longest until an answer | {report.slowest.seconds:.1f} s |"
    yield f"| invariants checked | {report.checked.total()} ({len(report.checked)} after each round) |"
    yield f"| tries of intruders that were refused | {refused} |"
    yield f"| **violations** | **{len(report.violations)}** |"
    if report.ledger.refusals:
        refusals = ", ".join(f"{code} {count}" for code, count in report.ledger.refusals.most_common())
        yield ""
        yield f"Tries that led to no answer: {refusals}."
    if report.tally.gateway_ended:
        yield ""
        yield f"The gateway ended by itself {report.tally.gateway_ended} times, and was started again."
    if report.logged:
        yield ""
        yield f"Errors in the servers' logs: {dict(report.logged)}"
    for violation in report.violations:
        yield f"VIOLATED {violation}"


def _missed(report: Report) -> str:
    """Planned faults that did not come: the same was being mended, or no turn got to the point."""
    return f"besides, {report.tally.let_out} let out and {report.tally.not_reached} never due"
