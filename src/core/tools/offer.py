"""All tools of an agent, from its rows: what a model is offered, and what it cannot be."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from core.errors import AgentMisconfigured
from core.tools.base import BuiltTools, ClarityTool, RunContext
from core.tools.definition import ToolDefinition
from core.tools.registry import build_tools, is_personal
from core.tools.services import ToolServices


@dataclass(frozen=True, kw_only=True)
class Offer:
    """`refused` maps a row's name to a sentence: its tools, or some of them, cannot be run as it stands.

    `has_personal` says that some row gives each user tools of their own. `expires_at` is when some row has to
    be built again, as a time of `time.monotonic`; None for never.
    """

    tools: tuple[ClarityTool, ...]
    refused: Mapping[str, str]
    has_personal: bool
    expires_at: float | None


async def offer_tools(
    rows: Sequence[ToolDefinition], services: ToolServices, caller: RunContext | None = None
) -> Offer:
    """The tools of these rows, in their order. A row that cannot work is refused and the others are built.

    Without a `caller`, rows that give each user tools of their own are proved, but offer none.
    """
    built = await asyncio.gather(*(_built(row, services, caller) for row in rows))
    personal = {row.name for row in rows if is_personal(row, services)}
    tools: dict[str, ClarityTool] = {}
    refused: dict[str, str] = {}
    row_names = {row.name for row in rows}
    for row, one in zip(rows, built, strict=True):
        if caller is None and row.name in personal:
            one = replace(one, tools=())
        # A row's own name is unique within its agent; the names that it makes up for several tools are not.
        taken = [tool.name for tool in one.tools if tool.name in tools or tool.name in row_names - {row.name}]
        tools |= {tool.name: tool for tool in one.tools if tool.name not in taken}
        reasons = [one.refusal] if one.refusal else []
        if taken:
            reasons.append(f"Tool {row.name}: another tool already has the name {', '.join(taken)}.")
        if reasons:
            refused[row.name] = " ".join(reasons)
    lifetimes = [one.expires_after_seconds for one in built if one.expires_after_seconds is not None]
    expires_at = monotonic() + min(lifetimes) if lifetimes else None
    return Offer(
        tools=tuple(tools.values()), refused=refused, has_personal=bool(personal), expires_at=expires_at
    )


async def _built(row: ToolDefinition, services: ToolServices, caller: RunContext | None) -> BuiltTools:
    try:
        return await build_tools(row, services, caller)
    except AgentMisconfigured as exc:
        return BuiltTools(tools=(), refusal=exc.message)
