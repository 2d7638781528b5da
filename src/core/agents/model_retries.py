"""When a failed model call is worth another try, and after how long a pause.

Providers raise their own classes. LangChain's says of itself whether a retry may help; of the others the HTTP
status, the word in the provider's error, or the name of the class does.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.exceptions import ModelError as LangChainModelError

from core.config import CoreConfig
from core.errors import ModelError, ModelTimeout

# RFC 9110 and RFC 6585, and 529, by which Anthropic says that it is overloaded.
BUSY_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})

# What OpenAI and Anthropic write into an error that comes inside a stream, where the status was 200 already.
BUSY_WORDS = frozenset(
    {"overloaded_error", "rate_limit_error", "rate_limit_exceeded", "api_error", "server_error"}
)

# A 429 that no waiting cures: the operator's account is empty.
SPENT_WORDS = frozenset({"insufficient_quota", "billing_error", "billing_hard_limit_reached"})

# A word that a provider calls an error by, as opposed to what it says about it.
CODE = re.compile(r"[a-z][a-z0-9_.-]{0,63}")

# Bases of httpx, httpx2 and the SDKs, none of which has to be installed.
UNREACHABLE_NAMES = frozenset({"TransportError", "APIConnectionError", "ConnectionError"})


@dataclass(frozen=True, kw_only=True)
class RetryRules:
    """The server's, in seconds; CoreConfig has the reasons. `random` gives a number from 0 to 1."""

    max_retries: int
    first_pause_seconds: float
    longest_pause_seconds: float
    longest_retry_after_seconds: float
    random: Callable[[], float]

    @classmethod
    def of(cls, config: CoreConfig, *, random: Callable[[], float]) -> "RetryRules":
        return cls(
            max_retries=config.model_retries,
            first_pause_seconds=config.model_first_pause_seconds,
            longest_pause_seconds=config.model_longest_pause_seconds,
            longest_retry_after_seconds=config.model_longest_retry_after_seconds,
            random=random,
        )

    def pause_seconds(self, failure: ModelError, retries: int, *, max_retries: int | None) -> float | None:
        """The pause before another try, after `retries` of them; None when there should be none.

        `max_retries` is the agent's own limit. A pause that the provider asked for is kept to, or, when it is
        longer than the server waits, is a reason not to try.
        """
        limit = self.max_retries if max_retries is None else max_retries
        if retries >= limit or not _may_pass(failure):
            return None
        asked_seconds = _retry_after_seconds(failure.__cause__)
        if asked_seconds > self.longest_retry_after_seconds:
            return None
        pause_seconds = min(self.first_pause_seconds * 2**retries, self.longest_pause_seconds)
        # Between half and all of it, so that the turns which failed together do not come back together.
        return asked_seconds + pause_seconds * (0.5 + self.random() / 2)


def described(failure: ModelError) -> str:
    """What a log may say of it: the exception's class, the HTTP status, and the provider's own codes.

    Never its sentences, which may quote the conversation.
    """
    cause = failure.__cause__
    status = _status(cause)
    codes = sorted(word for word in _words(cause) if CODE.fullmatch(word))
    return ", ".join([type(cause or failure).__name__, *([str(status)] if status else []), *codes])


def _may_pass(failure: ModelError) -> bool:
    """Whether it is overload or a lost connection, rather than something that somebody has to change."""
    cause = failure.__cause__
    words = _words(cause)
    verdict = _headers(cause).get("x-should-retry")
    if verdict == "false" or words & SPENT_WORDS:
        return False
    if isinstance(failure, ModelTimeout) or verdict == "true" or words & BUSY_WORDS:
        return True
    if isinstance(cause, LangChainModelError):
        return cause.is_retryable
    if _status(cause) in BUSY_STATUSES:
        return True
    return any(base.__name__ in UNREACHABLE_NAMES for base in type(cause).__mro__)


def _status(cause: Any) -> int | None:
    """The HTTP status, wherever an SDK keeps it: `status_code`, Google's `code`, or the response's own."""
    response = getattr(cause, "response", None)
    found = [getattr(cause, "status_code", None), getattr(cause, "code", None)]
    found.append(getattr(response, "status_code", None))
    return next((status for status in found if isinstance(status, int)), None)


def _words(cause: Any) -> frozenset[str]:
    """The `type` and `code` of the provider's error object, which SDKs keep as attributes or as a body."""
    body: Any = getattr(cause, "body", None)
    inner: Any = cast(Mapping[str, Any], body).get("error", body) if isinstance(body, dict) else None
    found = [getattr(cause, "type", None), getattr(cause, "code", None)]
    if isinstance(inner, dict):
        found += [cast(Mapping[str, Any], inner).get(key) for key in ("type", "code")]
    return frozenset(word for word in found if isinstance(word, str))


def _headers(cause: Any) -> Mapping[str, str]:
    headers: Any = getattr(getattr(cause, "response", None), "headers", None)
    return cast(Mapping[str, str], headers) if isinstance(headers, Mapping) else {}


def _retry_after_seconds(cause: Any) -> float:
    """What the provider asked for, 0 when it did not; a date instead of seconds is rare and not read."""
    headers = _headers(cause)
    for name, unit_seconds in (("retry-after-ms", 0.001), ("retry-after", 1)):
        try:
            seconds = float(headers[name]) * unit_seconds
        except (KeyError, ValueError):
            continue
        # "nan" is a number to Python and compares as false.
        return seconds if seconds >= 0 else 0
    return 0
