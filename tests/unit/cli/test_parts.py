"""What dies is started again: at once, then ever more slowly, and at once again once it was well."""

from cli.errors import ClarityCommandError
from cli.parts import HEALTHY_SECONDS, LONGEST_PAUSE_SECONDS, Watched


class Fragile:
    """A part that dies whenever it is told to."""

    name = "fragile"
    title = "The fragile part"
    pid = None

    def __init__(self, *, refuses: bool = False) -> None:
        self.runs = True
        self.restarts = 0
        self._refuses = refuses

    def is_running(self) -> bool:
        return self.runs

    def restart(self) -> None:
        self.restarts += 1
        if self._refuses:
            raise ClarityCommandError("no")
        self.runs = True


def seconds_until_restart(watched: Watched, part: Fragile, now: float) -> float:
    """How long the part stays away after it died at `now`, looked at four times a second."""
    part.runs = False
    before, started = part.restarts, now
    while part.restarts == before:
        watched.check(now, lambda _: None)
        now += 0.25
    return now - 0.25 - started


def test_a_part_that_runs_is_left_alone() -> None:
    part = Fragile()

    assert Watched(part).check(0, lambda _: None) is False
    assert part.restarts == 0


def test_a_first_death_is_answered_at_once_and_said() -> None:
    part, told = Fragile(), list[str]()
    part.runs = False

    assert Watched(part).check(0, told.append) is True
    assert told == ["The fragile part has ended; it is restarted now."]


def test_the_pause_doubles_up_to_a_bound() -> None:
    part = Fragile()
    watched = Watched(part)

    pauses = [seconds_until_restart(watched, part, now) for now in (0, 1, 3, 6, 12, 25, 50, 90)]

    assert pauses == [0, 1, 2, 4, 8, 16, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


def test_after_a_healthy_while_it_begins_anew() -> None:
    part = Fragile()
    watched = Watched(part)
    for now in (0, 1, 3):
        seconds_until_restart(watched, part, now)

    assert seconds_until_restart(watched, part, 6 + HEALTHY_SECONDS) == 0


def test_a_part_that_refuses_to_start_is_tried_again() -> None:
    part, told = Fragile(refuses=True), list[str]()
    part.runs = False
    watched = Watched(part)

    for now in (0, 1, 2, 3):
        watched.check(now, told.append)

    assert part.restarts == 2
    assert "The fragile part does not start: no" in told
