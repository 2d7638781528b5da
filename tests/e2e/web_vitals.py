"""How quickly the built app is there, how still it stands, and what it weighs: `make vitals`.

No test of the suite: times are worth something on a quiet machine only. Each page is loaded into an empty
cache, by somebody who is signed in where the page wants that, on a desktop as fast as this machine and on a
phone as Lighthouse throttles it. It prints Markdown; RECORD=1 puts that into memory-bank/measurements.md too.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log
from statistics import NormalDist, median
from typing import Any, cast

import pytest
from playwright.async_api import Browser, Page, StorageState, expect

from fixtures.measurements import write_section

from .steps import answers, say, sign_in_as_demo
from .test_web_app import barriers

# One browser and one stack for all of it.
pytestmark = pytest.mark.asyncio(loop_scope="session")

ROUNDS = 5
SECTION = "How the web app loads"
COMMAND = "make vitals RECORD=1"

# What the browser itself reports. Blocking is what a long task takes beyond 50 ms, once something is seen.
OBSERVE = """() => {
  const seen = { paint: 0, largest: 0, tasks: [], shifts: [] };
  window.vitals_ = seen;
  const observe = (type, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  observe('paint', (one) => { if (one.name === 'first-contentful-paint') seen.paint = one.startTime; });
  observe('largest-contentful-paint', (one) => { seen.largest = one.startTime; });
  observe('longtask', (one) => { seen.tasks.push([one.startTime, one.duration]); });
  observe('layout-shift', (one) => {
    if (!one.hadRecentInput) seen.shifts.push([one.startTime, one.value]);
  });
}"""
# A second in which nothing long is done: what comes later is no part of the load.
IS_QUIET = """() => {
  const { largest, tasks } = window.vitals_;
  const [start, took] = tasks.at(-1) ?? [0, 0];
  return largest > 0 && performance.now() - Math.max(start + took, largest) > 1000;
}"""


@dataclass(frozen=True, kw_only=True)
class Device:
    """What a page is loaded on. `curves`: by measure, the value that scores 0.9 and that which scores 0.5."""

    name: str
    options: Mapping[str, Any]
    network: Mapping[str, float] | None
    cpu_slowdown: int
    curves: Mapping[str, tuple[float, float]]


# Curves, weights and throttling are Lighthouse's own; its Speed Index (a tenth) is left out.
WEIGHTS = {"fcp": 10, "lcp": 25, "tbt": 30, "cls": 25}
DESKTOP = Device(
    name="desktop",
    options={"viewport": {"width": 1350, "height": 940}},
    network=None,
    cpu_slowdown=1,
    curves={"fcp": (934, 1600), "lcp": (1200, 2400), "tbt": (150, 350), "cls": (0.1, 0.25)},
)
PHONE = Device(
    name="phone",
    options={
        "viewport": {"width": 412, "height": 823},
        "device_scale_factor": 1.75,
        "is_mobile": True,
        "has_touch": True,
    },
    network={"latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 768_000 / 8},
    cpu_slowdown=4,
    curves={"fcp": (1800, 3000), "lcp": (2500, 4000), "tbt": (200, 600), "cls": (0.1, 0.25)},
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page, and what it shows when it is there."""

    name: str
    path: str
    role: Any
    label: str
    is_signed_in: bool = True


@dataclass(kw_only=True)
class Traffic:
    """What came over the network, as it came: compressed."""

    kinds: dict[str, str] = field(default_factory=dict[str, str])
    sizes: dict[str, float] = field(default_factory=dict[str, float])

    def responded(self, event: Mapping[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]

    def finished(self, event: Mapping[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def kilobytes(self, *kinds: str) -> float:
        return (
            sum(size for one, size in self.sizes.items() if not kinds or self.kinds.get(one) in kinds) / 1000
        )


async def test_the_built_app_is_loaded_and_measured(browser: Browser, web_url: str, axe: str) -> None:
    state, chat_path = await signed_in(browser, web_url)
    places = [
        Place(name="sign-in", path="/", role="heading", label="Welcome to Clarity", is_signed_in=False),
        Place(name="chat", path=chat_path, role="article", label="Assistant"),
        Place(name="tasks", path="/tasks", role="checkbox", label=""),
        Place(name="agents", path="/agents", role="heading", label="Assistant"),
    ]
    lines = [
        "| page | on | first paint | largest paint | blocked | shift | score | all | script | axe |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for device in (DESKTOP, PHONE):
        for place in places:
            visitor = state if place.is_signed_in else None
            # The first one is for the server's own caches.
            await load(browser, web_url, place, device, visitor)
            rounds = [await load(browser, web_url, place, device, visitor) for _ in range(ROUNDS)]
            found = await broken_rules(browser, web_url, place, device, visitor, axe)
            lines.append(row(place, device, rounds, found))
    text = "\n".join([*lines, "", explanation()])
    sys.stdout.write(f"\n\n{text}\n")
    if os.environ.get("CLARITY_RECORD"):
        write_section(SECTION, COMMAND, text)


async def signed_in(browser: Browser, web_url: str) -> tuple[StorageState, str]:
    """What the demo user's browser keeps, and where a chat of theirs is."""
    context = await browser.new_context(base_url=web_url)
    page = await context.new_page()
    await sign_in_as_demo(page)
    await say(page, "Add a task: water the plants")
    await say(page, "What is on my list?")
    await expect(answers(page)).to_have_count(2)
    await page.wait_for_url("**/chat/*")
    state, path = await context.storage_state(), page.url.removeprefix(web_url)
    await context.close()
    return state, path


async def load(
    browser: Browser, web_url: str, place: Place, device: Device, state: StorageState | None
) -> dict[str, float]:
    """One load into an empty cache, by measure: milliseconds, the largest shift, kilobytes."""
    context = await browser.new_context(base_url=web_url, storage_state=state, **device.options)
    page = await context.new_page()
    await page.add_init_script(f"({OBSERVE})()")
    traffic = Traffic()
    # What playwright types of it is `dict` of nothing.
    session = cast(Any, await context.new_cdp_session(page))
    session.on("Network.responseReceived", traffic.responded)
    session.on("Network.loadingFinished", traffic.finished)
    await session.send("Network.enable")
    if device.network:
        await session.send("Network.emulateNetworkConditions", {"offline": False, **device.network})
    await session.send("Emulation.setCPUThrottlingRate", {"rate": device.cpu_slowdown})
    await arrive(page, place)
    await page.wait_for_function(IS_QUIET, polling=250)
    seen = cast(dict[str, Any], await page.evaluate("window.vitals_"))
    await context.close()
    return {
        "fcp": seen["paint"],
        "lcp": seen["largest"],
        "tbt": sum(max(0.0, took - 50) for start, took in seen["tasks"] if start + took > seen["paint"]),
        "cls": largest_burst(seen["shifts"]),
        "all": traffic.kilobytes(),
        "script": traffic.kilobytes("Script"),
    }


async def arrive(page: Page, place: Place) -> None:
    await page.goto(place.path)
    await expect(page.get_by_role(place.role, name=place.label).first).to_be_visible()
    await page.wait_for_load_state("networkidle")


async def broken_rules(
    browser: Browser, web_url: str, place: Place, device: Device, state: StorageState | None, axe: str
) -> int:
    context = await browser.new_context(base_url=web_url, storage_state=state, **device.options)
    page = await context.new_page()
    await arrive(page, place)
    found = len(await barriers(page, axe))
    await context.close()
    return found


def largest_burst(shifts: list[tuple[float, float]]) -> float:
    """Cumulative layout shift: the largest sum within five seconds, without a pause of one."""
    largest = total = 0.0
    begin = last = float("-inf")
    for at, value in shifts:
        if at - last > 1000 or at - begin > 5000:
            begin, total = at, 0.0
        last, total = at, total + value
        largest = max(largest, total)
    return largest


def score(measured: Mapping[str, float], device: Device) -> int:
    """0 to 100: a log-normal curve for each measure, weighted."""
    total = 0.0
    for name, weight in WEIGHTS.items():
        good, middle = device.curves[name]
        spread = (log(middle) - log(good)) / NormalDist().inv_cdf(0.9)
        value = measured[name]
        total += weight * (1 - NormalDist(log(middle), spread).cdf(log(value)) if value > 0 else 1)
    return round(100 * total / sum(WEIGHTS.values()))


def row(place: Place, device: Device, rounds: list[dict[str, float]], found: int) -> str:
    of = {name: median(one[name] for one in rounds) for name in rounds[0]}
    return (
        f"| {place.name} | {device.name} | {of['fcp']:.0f} ms | {of['lcp']:.0f} ms | {of['tbt']:.0f} ms"
        f" | {of['cls']:.3f} | {score(of, device)} | {of['all']:.0f} kB | {of['script']:.0f} kB | {found} |"
    )


def explanation() -> str:
    return (
        f"Medians of {ROUNDS} loads into an empty cache, over HTTP/1.1, the stack on the same machine.\n"
        "The phone has its network (1.6 Mbit/s, 150 ms) and its processor (4 times slower) throttled as\n"
        "Lighthouse does; the score is Lighthouse's performance without its Speed Index. *blocked* is the\n"
        "total blocking time, *shift* the cumulative layout shift, *all* what came over the network as it\n"
        "came, compressed, also what is loaded behind the first paint, *script* its share, *axe* the number\n"
        "of rules of axe-core that are broken."
    )
