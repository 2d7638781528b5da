"""Whether a tool call needs a person's consent: the row decides, and the user may be stricter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from core.tools.base import ClarityTool


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What one user has said about tools, by the id of the tool's row.

    `preferences` are `user_tool_preferences`: "ask" makes a tool ask, "auto" never loosens a row.
    `standing` are `tool_consents`: given while deciding on a call, for the row as it stood, by its hash. The
    last word counts: setting a tool to "ask" takes back what was always allowed.
    """

    preferences: Mapping[UUID, str] = field(default_factory=dict[UUID, str])
    standing: frozenset[tuple[UUID, str]] = frozenset()

    def is_needed(self, tool: ClarityTool, *, is_tainted: bool) -> bool:
        """For a call now; `is_tainted` when the run has read what may be somebody else's words.

        Standing consent holds in a tainted run too, because it was asked for by name; a row that
        changed since asks again.
        """
        row = tool.definition
        if (row.id, row.content_hash) in self.standing:
            return False
        if row.approval == "ask" or self.preferences.get(row.id) == "ask":
            return True
        return row.approval == "ask_after_untrusted" and is_tainted
