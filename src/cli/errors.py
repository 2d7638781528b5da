"""What the command line tells a person when it cannot do what was asked: one sentence, a hint, an exit code.

ClarityCommandError    exit code 1
├── UsageRefused       exit code 2: the arguments or settings make no sense
└── NothingRuns        exit code 3: nothing is running from this folder
"""

from typing import ClassVar


class ClarityCommandError(Exception):
    """The command failed. `hint` says what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageRefused(ClarityCommandError):
    """The arguments or settings do not make sense together."""

    exit_code = 2


class NothingRuns(ClarityCommandError):
    """Nothing is running from this folder."""

    exit_code = 3

    def __init__(self) -> None:
        super().__init__("Nothing is running from this folder.", hint="Start it with: clarity up")
