"""`python -m soak --minutes 10 --users 200` in tests/: a table; exit code 1 for an error or for growth."""

import argparse
import asyncio
import os
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest

from embedded.bundle import build_gateway
from fixtures.cluster import ROOT
from soak.report import grown, record, table
from soak.run import Size, Soaked, soak

EXIT_FAILED = 1
EXIT_SKIPPED = 2


def main() -> int:
    options = _parser().parse_args()
    size = Size(
        users=options.users,
        seconds=options.minutes * 60,
        pause_seconds=options.pause,
        servers=options.servers,
    )
    folder = Path(mkdtemp(prefix=f"clarity-soak-{os.getpid()}-"))
    # Root runs Postgres as another user, who must be able to pass.
    folder.chmod(0o711)
    try:
        soaked = asyncio.run(_run(folder, size))
    except pytest.skip.Exception as exc:
        _tell(str(exc))
        return EXIT_SKIPPED
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    _tell(table(soaked, size))
    if options.record:
        record(soaked, size, f"make soak MINUTES={options.minutes:g} USERS={options.users}")
    if options.keep:
        _tell(f"kept: {folder}")
    return EXIT_FAILED if soaked.tally.errors or grown(soaked, size) else 0


async def _run(folder: Path, size: Size) -> Soaked:
    return await soak(folder, build_gateway(ROOT / ".clarity" / "gateway"), size, tell=_tell)


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m soak", description="Many users for a while.")
    parser.add_argument("--minutes", type=float, default=10, help="for so long (10)")
    parser.add_argument("--users", type=int, default=200, help="how many (200)")
    parser.add_argument("--pause", type=float, default=8, help="seconds between two things of one user (8)")
    parser.add_argument("--servers", type=int, default=1, help="processes, chosen at random each time (1)")
    parser.add_argument("--record", action="store_true", help="write it to memory-bank/measurements.md")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the servers' logs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
