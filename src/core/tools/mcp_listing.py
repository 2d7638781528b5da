"""What a remote MCP server said that it has: kept for a while, so that not every build asks again.

Nothing here loads the MCP SDK, so a server whose rows need no MCP never does.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cachetools import LRUCache

# A list is a few dozen KB at most, and one is kept for each row, or for each row and user.
MAX_LISTS = 1_000


@dataclass(frozen=True, kw_only=True)
class RemoteToolInfo:
    """One tool as its server describes it, within bounds. `schema` is the JSON Schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A server's tools. `era` says how it is spoken to, so that it need not be asked for each call."""

    era: str
    tools: tuple[RemoteToolInfo, ...]


@dataclass(frozen=True, kw_only=True)
class ListKey:
    """Whose list it is. `user_id` is None where all callers have the same credentials."""

    row_id: UUID
    row_hash: str
    user_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class KeptListing:
    """`listed_at` is a time of the clock of Listings."""

    listing: Listing
    listed_at: float


@dataclass(frozen=True, kw_only=True)
class Listings:
    """The lists of one process, the last one for each key."""

    clock: Callable[[], float] = time.monotonic
    kept: LRUCache[ListKey, KeptListing] = field(
        default_factory=lambda: LRUCache[ListKey, KeptListing](MAX_LISTS), repr=False
    )

    def keep(self, key: ListKey, listing: Listing) -> None:
        self.kept[key] = KeptListing(listing=listing, listed_at=self.clock())

    def last(self, key: ListKey) -> tuple[Listing, float] | None:
        """The last list, however old, and its age in seconds."""
        kept = self.kept.get(key)
        return (kept.listing, self.clock() - kept.listed_at) if kept else None
