"""Two rounds of the torture: one that is always the same, and one that never was before.

`make torture MINUTES=10` runs as many as there is time for; memory-bank/measurements.md has what came of it.
"""

import secrets
from pathlib import Path

from torture.plan import MACHINES, Kind, Size, plan_rounds
from torture.report import table
from torture.rounds import torture

# Whose first round has a server killed and one frozen, Postgres crashed, and the pooler killed.
SEED = 2307
SIZE = Size(people=3, conversations=6, turns=2, machine_faults=4, other_faults=5)


async def test_nothing_is_lost_doubled_mixed_up_or_stuck(run_folder: Path, gateway_bundle: Path) -> None:
    seed = secrets.randbelow(1_000_000)
    plans = [next(plan_rounds(SEED, SIZE)), next(plan_rounds(seed, SIZE, first=2))]

    report = await torture(run_folder, gateway_bundle, people=SIZE.people, plans=plans)

    told = f"seeds {SEED} and {seed}\n{table(report)}"
    assert report.violations == [], told
    assert report.rounds == len(plans), told
    # On a slow machine a turn may be over before its fault is due, but hardly all of them.
    assert sum(fault.kind in MACHINES for fault in report.tally.injected) >= SIZE.machine_faults, told


def test_the_known_round_has_what_breaks_most() -> None:
    turns = [turn for conversation in next(plan_rounds(SEED, SIZE)) for turn in conversation.turns]

    assert {turn.fault.kind for turn in turns if turn.fault and turn.fault.kind in MACHINES} == {
        *(Kind.KILL, Kind.FREEZE, Kind.CRASH_DATABASE, Kind.CRASH_POOLER)
    }


def test_a_seed_gives_the_same_rounds_each_time() -> None:
    again = plan_rounds(7, SIZE)
    rounds = plan_rounds(7, SIZE)

    assert [next(rounds) for _ in range(3)] == [next(again) for _ in range(3)]
    assert next(plan_rounds(8, SIZE)) != next(plan_rounds(7, SIZE))
