"""The types of installed plugins, made known to the database: its trigger refuses others."""

from collections.abc import Callable
from typing import LiteralString

from cli.connection import connect
from core.errors import AgentMisconfigured
from core.tools.tool_types import ToolTypes

# A built-in type is never overwritten, and what has not changed is not touched.
KNOW: LiteralString = """
insert into private.tool_types as known (name, config_keys, package)
values (%(name)s, %(config_keys)s, %(package)s)
on conflict (name) do update set config_keys = excluded.config_keys, package = excluded.package
  where known.package is not null
    and (known.config_keys, known.package) is distinct from (excluded.config_keys, excluded.package)
"""

# A type that rows still have stays: they may be edited, and the server says that it cannot run them.
FORGET: LiteralString = """
delete from private.tool_types
 where package is not null and not name = any (%(names)s)
   and not exists (select from public.agent_tools where type = tool_types.name)
"""


def sync_plugin_types(
    owner_url: str, progress: Callable[[str], None], types: ToolTypes | None = None
) -> None:
    """Writes the installed plugins' types and their config keys; `progress` is told what cannot be used.

    A plugin that cannot be loaded is reported, and what the database knew of it stays.
    """
    types = types or ToolTypes.installed()
    for problem in types.problems:
        progress(problem)
    with connect(owner_url) as connection, connection.transaction():
        for name in types.plugins:
            try:
                keys = _config_keys(types, name)
            except AgentMisconfigured as exc:
                progress(exc.message[:1].upper() + exc.message[1:])
            else:
                connection.execute(
                    KNOW, {"name": name, "config_keys": keys, "package": types.package_of(name)}
                )
        connection.execute(FORGET, {"names": list(types.plugins)})


def _config_keys(types: ToolTypes, name: str) -> list[str]:
    fields = types.get(name).config_type.model_fields
    return [field.alias or key for key, field in fields.items()]
