"""A short soak, and the judgement of long ones: `make soak` has the ten minutes with 200 users."""

from pathlib import Path

import pytest

from soak.report import grown, table
from soak.run import Size, Soaked, soak
from soak.users import Tally
from soak.watch import Sample, Watch

SIZE = Size(users=20, seconds=8, pause_seconds=0.8)
TEN_MINUTES = Size(users=1, seconds=600)
# What users do, and so what is in the table; which of the rarer ones come in a few seconds is chance.
MOST = {"talk (json)", "talk (ag_ui)", "talk (socket)", "read a list", "come back"}


@pytest.mark.xdist_group("soak")
async def test_users_at_mixed_actions_meet_no_error(run_folder: Path, gateway_bundle: Path) -> None:
    soaked = await soak(run_folder, gateway_bundle, SIZE)

    told = table(soaked, SIZE)
    assert not soaked.tally.errors, told
    assert set(soaked.tally.seconds) >= MOST, told
    assert soaked.tally.count >= SIZE.users, told
    [samples] = soaked.watch.samples.values()
    assert all(sample.rss_mebibytes > 20 for sample in samples), told
    assert samples[-1].gauges["clarity_executors"] > 0, told


def test_memory_that_breathes_is_no_growth() -> None:
    soaked = _soaked([170 + second % 60 / 20 for second in range(600)])

    assert grown(soaked, TEN_MINUTES) == []
    assert "too much" not in table(soaked, TEN_MINUTES)


def test_memory_before_the_warm_up_is_over_is_no_growth() -> None:
    assert grown(_soaked([100.0] * 170 + [160.0] * 430), TEN_MINUTES) == []


def test_memory_that_grows_by_two_mebibytes_a_minute_is_told() -> None:
    soaked = _soaked([170 + second / 30 for second in range(600)])

    assert grown(soaked, TEN_MINUTES) == ["server-1"]
    assert "(too much)" in table(soaked, TEN_MINUTES)


def test_what_went_wrong_is_in_the_table_however_much_went_well() -> None:
    tally = Tally()
    tally.seconds["talk (json)"] += [0.01] * 1000
    tally.errors["talk: 503"] += 2

    told = table(_soaked([170.0] * 600, tally), TEN_MINUTES)

    assert "| **errors** | **2** |" in told
    assert "ERROR 2 x talk: 503" in told


def _soaked(mebibytes: list[float], tally: Tally | None = None) -> Soaked:
    watch = Watch(replicas=[])
    watch.samples["server-1"] = [
        Sample(at_seconds=float(second), rss_mebibytes=value, gauges={})
        for second, value in enumerate(mebibytes)
    ]
    return Soaked(tally=tally or Tally(), watch=watch, seconds=600)
