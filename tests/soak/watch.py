"""What is measured of the servers while users are at them: memory and connections, once a second."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean
from time import monotonic

import httpx
import psutil

from fixtures.replicas import Replica

SAMPLE_SECONDS = 1.0
MEBIBYTE = 1024 * 1024

# How much more memory the last third of the time after warm-up may need than the first one: allocators and
# caches breathe by a few percent. In ten minutes of 200 users that is about one KiB left behind by each turn.
MAX_GROWTH = 0.05
MAX_GROWTH_MEBIBYTES = 6.0

GAUGE = re.compile(r"^(clarity_\w+) ([0-9.e+-]+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One server at one moment; `at_seconds` since the beginning."""

    at_seconds: float
    rss_mebibytes: float
    gauges: dict[str, float]


@dataclass(kw_only=True)
class Watch:
    """The samples of each server, by its name."""

    replicas: Sequence[Replica]
    samples: dict[str, list[Sample]] = field(default_factory=dict[str, list[Sample]])

    async def run(self, http: httpx.AsyncClient) -> None:
        """Samples until it is cancelled."""
        started = monotonic()
        while True:
            for replica in self.replicas:
                rss = psutil.Process(replica.pid).memory_info().rss / MEBIBYTE
                metrics = await http.get(f"{replica.url}/metrics")
                gauges = {name: float(value) for name, value in GAUGE.findall(metrics.text)}
                sample = Sample(at_seconds=monotonic() - started, rss_mebibytes=rss, gauges=gauges)
                self.samples.setdefault(replica.name, []).append(sample)
            await asyncio.sleep(SAMPLE_SECONDS)

    def by_minute(self, name: str) -> list[float]:
        """Mean memory of each minute, in MiB; the last one may be a part of a minute."""
        minutes: dict[int, list[float]] = {}
        for sample in self.samples[name]:
            minutes.setdefault(int(sample.at_seconds // 60), []).append(sample.rss_mebibytes)
        return [fmean(values) for _, values in sorted(minutes.items())]

    def growth(self, name: str, warm_up_seconds: float) -> float:
        """By how many MiB the mean of the last third after warm-up is above that of the first."""
        warm = [one.rss_mebibytes for one in self.samples[name] if one.at_seconds >= warm_up_seconds]
        third = max(1, len(warm) // 3)
        return fmean(warm[-third:]) - fmean(warm[:third])

    def grows(self, name: str, warm_up_seconds: float) -> bool:
        """Whether that is more than it may be."""
        most = max(MAX_GROWTH_MEBIBYTES, MAX_GROWTH * self.by_minute(name)[0])
        return self.growth(name, warm_up_seconds) > most

    def most(self, name: str, gauge: str) -> float:
        return max(sample.gauges.get(gauge, 0) for sample in self.samples[name])

    def last(self, name: str, gauge: str) -> float:
        return self.samples[name][-1].gauges.get(gauge, 0)
