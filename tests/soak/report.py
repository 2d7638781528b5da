"""What came of a soak, as a table for a person, and whether it was good."""

from collections.abc import Iterator
from statistics import quantiles

from fixtures.measurements import write_section
from soak.run import Size, Soaked

SECTION = "Soak"

# Of the whole time: pools fill, executors are made, allocators get what they will need.
WARM_UP = 0.3


def table(soaked: Soaked, size: Size) -> str:
    """Everything in lines, Markdown that reads well as it is."""
    return "\n".join(_lines(soaked, size))


def record(soaked: Soaked, size: Size, command: str) -> None:
    """Writes the table to memory-bank/measurements.md, in place of the last one."""
    write_section(SECTION, command, table(soaked, size))


def grown(soaked: Soaked, size: Size) -> list[str]:
    """The servers that need more and more memory."""
    watch = soaked.watch
    return [name for name in watch.samples if watch.grows(name, WARM_UP * size.seconds)]


def _lines(soaked: Soaked, size: Size) -> Iterator[str]:
    tally = soaked.tally
    yield (
        f"{size.users} users, one thing each every {size.pause_seconds:g} s on average: {tally.count} things "
        f"in {soaked.seconds:.0f} s, {tally.count / soaked.seconds:.1f} a second."
    )
    yield ""
    yield "| what users did | times | p50 ms | p95 ms | p99 ms | longest |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for name, taken in sorted(tally.seconds.items()):
        # Twice, as one alone has no quantiles.
        parts = quantiles([*taken, *taken], n=100, method="inclusive")
        p50, p95, p99 = (round(parts[place] * 1000) for place in (49, 94, 98))
        yield f"| {name} | {len(taken)} | {p50} | {p95} | {p99} | {round(max(taken) * 1000)} |"
    yield f"| **errors** | **{tally.errors.total()}** | | | | |"
    yield ""
    yield "| server | MiB by minute | growth after warm-up | connections | waited for one | executors |"
    yield "| --- | --- | ---: | ---: | ---: | ---: |"
    for name in soaked.watch.samples:
        yield _server(soaked, size, name)
    for error, count in tally.errors.most_common(20):
        yield f"ERROR {count} x {error}"


def _server(soaked: Soaked, size: Size, name: str) -> str:
    watch, warm_up = soaked.watch, WARM_UP * size.seconds
    minutes = " ".join(f"{value:.0f}" for value in watch.by_minute(name))
    verdict = " (too much)" if watch.grows(name, warm_up) else ""
    used = watch.most(name, "clarity_database_pool_size")
    most = watch.last(name, "clarity_database_pool_max")
    waited = watch.last(name, "clarity_database_pool_requests_queued_total")
    executors = watch.last(name, "clarity_executors")
    return (
        f"| {name} | {minutes} | {watch.growth(name, warm_up):+.1f} MiB{verdict} | {used:.0f} of {most:.0f} "
        f"| {waited:.0f} | {executors:.0f} |"
    )
