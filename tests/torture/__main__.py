"""`python -m torture --minutes 5 --seed 1` in tests/: a table, and exit code 1 for a violation."""

import argparse
import asyncio
import os
import secrets
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest

from embedded.bundle import build_gateway
from fixtures.cluster import ROOT
from torture.plan import Size, plan_rounds
from torture.report import record, table
from torture.rounds import Report, torture

EXIT_VIOLATED = 1
EXIT_SKIPPED = 2


def main() -> int:
    options = _parser().parse_args()
    seed = options.seed if options.seed is not None else secrets.randbelow(1_000_000)
    _tell(f"seed {seed}, {options.minutes:g} minutes")
    folder = Path(mkdtemp(prefix=f"clarity-torture-{os.getpid()}-"))
    # Root runs Postgres as another user, who must be able to pass.
    folder.chmod(0o711)
    try:
        report = asyncio.run(_run(folder, seed, options.minutes, Size(people=options.people)))
    except pytest.skip.Exception as exc:
        _tell(str(exc))
        return EXIT_SKIPPED
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    _tell(f"\n{table(report)}\n\nseed {seed}")
    if options.record:
        record(report, f"make torture MINUTES={options.minutes:g} SEED={seed}")
    if options.keep:
        _tell(f"kept: {folder}")
    return EXIT_VIOLATED if report.violations else 0


async def _run(folder: Path, seed: int, minutes: float, size: Size) -> Report:
    def goes_on(report: Report) -> bool:
        return report.seconds < minutes * 60

    bundle = build_gateway(ROOT / ".clarity" / "gateway")
    plans = plan_rounds(seed, size)
    return await torture(folder, bundle, people=size.people, plans=plans, goes_on=goes_on, tell=_tell)


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m torture", description="Chat servers under real faults.")
    parser.add_argument("--minutes", type=float, default=5, help="begin rounds for so long (5)")
    parser.add_argument("--seed", type=int, help="of the schedule; a random one otherwise, which is printed")
    parser.add_argument("--people", type=int, default=4, help="who talk in two chats each (4)")
    parser.add_argument("--record", action="store_true", help="write it to memory-bank/measurements.md")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the servers' logs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
