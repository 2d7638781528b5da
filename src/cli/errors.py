"""What the command line tells a person when it cannot do what was asked: one sentence, a hint, an exit code.

ClarityCommandError    exit code 1
├── UsageRefused       exit code 2: the arguments or settings make no sense
├── NothingRuns        exit code 3: nothing is running from this folder
└── DecisionNeeded     exit code 4: the agent waits for a person, and there is none to ask
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


class DecisionNeeded(ClarityCommandError):
    """The agent waits for a decision about what it was going to do."""

    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            "The agent waits for your decision about this.",
            hint="Decide in the terminal (clarity chat, then /pending), or by POST /api/approvals/{id}.",
        )
