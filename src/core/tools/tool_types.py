"""The types that a row of `agent_tools` may have: the built-in ones, and the classes of installed plugins.

Each is named by an entry point, so that a type is imported when the first row of it is built: a server whose
rows need no MCP never loads an MCP client.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from core.errors import AgentMisconfigured

if TYPE_CHECKING:
    from core.tools.base import ClarityTool

GROUP = "clarity.tools"

BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "CRUDTool": "core.tools.crud_tool:CRUDTool",
        "AgentTool": "core.tools.agent_tool:AgentTool",
        "HTTPTool": "core.tools.http_tool:HTTPTool",
        "MCPTool": "core.tools.mcp_tool:MCPTool",
        "RPCTool": "core.tools.rpc_tool:RPCTool",
    }
)


@dataclass(frozen=True, kw_only=True)
class ToolTypes:
    """The tool types of one process. `problems` are sentences about plugins that cannot be used at all."""

    entries: Mapping[str, EntryPoint]
    problems: tuple[str, ...] = ()

    @classmethod
    def installed(cls) -> Self:
        """The built-in types and what is installed under the entry-point group `clarity.tools`."""
        return cls.of(entry_points(group=GROUP))

    @classmethod
    def of(cls, plugins: Iterable[EntryPoint]) -> Self:
        """The built-in types and these plugins; one whose name is taken is a problem, not a type."""
        plugins = sorted(plugins, key=lambda plugin: (plugin.name, plugin.value))
        count = Counter(plugin.name for plugin in plugins)
        entries = {name: EntryPoint(name, value, GROUP) for name, value in BUILT_IN.items()}
        problems: list[str] = []
        for plugin in plugins:
            if plugin.name in BUILT_IN:
                problems.append(f"The {_origin(plugin)} has the name of a built-in type and is not used.")
            elif count[plugin.name] > 1:
                problems.append(f"The {_origin(plugin)} is not used: another plugin has the same name.")
            else:
                entries[plugin.name] = plugin
        return cls(entries=MappingProxyType(entries), problems=tuple(problems))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.entries)

    @property
    def plugins(self) -> tuple[str, ...]:
        """The names of those that are not built in."""
        return tuple(name for name in self.entries if name not in BUILT_IN)

    def package_of(self, name: str) -> str:
        """The package that brings a plugin's type; its module where no package is known."""
        entry = self.entries[name]
        return entry.dist.name if entry.dist else entry.module

    def get(self, name: str) -> "type[ClarityTool]":
        """The class of a type.

        Raises AgentMisconfigured, whose words complete "Tool x: ...", when there is none that can be loaded.
        """
        # Here, because it imports LangChain, which takes a second: not for a look at the names.
        from core.tools.base import ClarityTool

        entry = self.entries.get(name)
        if entry is None:
            raise AgentMisconfigured(f"there is no tool type {name}, only {', '.join(self.names)}.")
        try:
            tool_type = entry.load()
        # A plugin is foreign code: whatever its import raises concerns its own rows and nothing else.
        except Exception as exc:
            raise AgentMisconfigured(
                f"the {_origin(entry)} cannot be loaded: {type(exc).__name__}: {exc}."
            ) from exc
        if not (isinstance(tool_type, type) and issubclass(tool_type, ClarityTool)):
            raise AgentMisconfigured(f"the {_origin(entry)} is no subclass of ClarityTool.")
        return tool_type

    def config_schemas(self) -> dict[str, dict[str, Any]]:
        """The JSON Schema of each type's config, by type; a type that cannot be loaded is left out.

        Imports them all: not for an event loop.
        """
        schemas: dict[str, dict[str, Any]] = {}
        for name in self.names:
            with suppress(AgentMisconfigured):
                schemas[name] = self.get(name).config_type.model_json_schema()
        return schemas


def _origin(entry: EntryPoint) -> str:
    package = f" of the package {entry.dist.name}" if entry.dist else ""
    return f"tool type {entry.name}{package} ({entry.value})"
