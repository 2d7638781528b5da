"""Why a CRUDTool's call was refused or found nothing: the policies that decide, and what each says.

Policies are evaluated by private.explain_policies() as the user, on rows that the caller of `explain_call`
may look at: what the call would write, and what `find_rows` finds.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias, cast

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from core.db import Pool, Row, fetch_one
from core.tools.argument_groups import argument_groups
from core.tools.crud_config import CRUDConfig
from core.tools.crud_tool import CRUDTool
from core.tools.crud_where import AGENT_PARAM, Where
from core.tools.definition import Table
from core.tools.sql_fragments import Statement, identifier
from core.tools.tool_table import AGENT_COLUMN, ToolTable
from core.types import User

# Enough to show which rows a policy hides; an explanation is for a person.
MAX_ROWS = 20

Verb: TypeAlias = Literal["select", "insert", "update", "delete"]
Clause: TypeAlias = Literal["using", "check"]
FindRows: TypeAlias = Callable[[Statement], Awaitable[Sequence[Row]]]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One policy; `passes` has what it says of each row, None where that cannot be known from the row."""

    name: str
    is_permissive: bool
    expression: str | None
    passes: tuple[bool | None, ...]

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        values: dict[str, Any] = {**row, "passes": tuple(row["passes"])}
        return cls(**values)

    def sentence(self, verb: Verb) -> str:
        kind = "" if self.is_permissive else ", in addition to the others"
        needs = self.expression or "nothing"
        return f'policy "{self.name}" ({verb}{kind}) needs: {needs}{self._verdict()}'

    def _verdict(self) -> str:
        if not self.passes:
            return ""
        if len(self.passes) == 1:
            known = {True: "true", False: "false", None: "not known"}
            return f" → {known[self.passes[0]]}"
        return f" → true for {self.passes.count(True)} of {len(self.passes)} rows"


@dataclass(frozen=True, kw_only=True)
class Check:
    """What one verb needs, for some rows."""

    table: str
    verb: Verb
    is_granted: bool
    has_rls: bool
    is_view: bool
    policies: tuple[Policy, ...]
    row_count: int

    @property
    def refused_rows(self) -> int:
        """How many rows the policies refuse for certain."""
        return sum(self._refuses(n) for n in range(self.row_count)) if self.has_rls else 0

    @property
    def is_obstacle(self) -> bool:
        return not self.is_granted or self._is_closed or self.refused_rows > 0

    @property
    def _is_closed(self) -> bool:
        return self.has_rls and not any(policy.is_permissive for policy in self.policies)

    def _refuses(self, row: int) -> bool:
        permissive = [policy.passes[row] for policy in self.policies if policy.is_permissive]
        restrictive = [policy.passes[row] for policy in self.policies if not policy.is_permissive]
        return not any(passes is not False for passes in permissive) or False in restrictive

    def sentences(self) -> list[str]:
        if not self.is_granted:
            return [f"users may not {self.verb}: grant {self.verb} on public.{self.table} to authenticated;"]
        if self.is_view:
            return [f"{self.table} is a view: the policies of the tables behind it decide."]
        if not self.has_rls:
            return [f"{self.table} has no row-level security: every user has every row."]
        if self._is_closed:
            return [f"{self.table} has no policy that allows {self.verb}: nobody may."]
        return [policy.sentence(self.verb) for policy in self.policies]


async def explain_call(
    pool: Pool,
    user: User,
    tool: CRUDTool,
    arguments: Mapping[str, Any],
    *,
    agent_name: str,
    find_rows: FindRows,
) -> list[str]:
    """Sentences about what stands in the way of a call with validated `arguments`; none when nothing does.

    `find_rows` runs a statement that gives the rows the call is about, each as {"row": {...}}; whose eyes it
    uses decides how much is explained.
    """
    call = _Call.of(tool, arguments, agent_name)
    found = [row["row"] for row in await find_rows(call.rows_statement())] if call.has_filters else []
    checks = [await _check(pool, user, tool.config, *one) for one in call.checks(found)]
    sentences = [
        sentence
        for check in checks
        if check and (check.is_obstacle or (check.row_count == 0 and call.has_filters))
        for sentence in check.sentences()
    ]
    if call.has_filters and not found:
        sentences.insert(0, f"No row of {tool.config.table_name} fits that could be looked at.")
    return sentences


_Checked: TypeAlias = tuple[Verb, Clause, list[dict[str, Any]], bool]


@dataclass(frozen=True, kw_only=True)
class _Call:
    """One call of a tool: the rows it is about, and what Postgres asks the policies in turn."""

    config: CRUDConfig
    resolved: ToolTable
    table: Table
    arguments: Mapping[str, Any]
    agent_name: str

    @classmethod
    def of(cls, tool: CRUDTool, arguments: Mapping[str, Any], agent_name: str) -> Self:
        table = tool.definition.table
        assert table  # noqa: S101 - a tool without one is not built
        resolved = ToolTable.of(table, tool.config, tool.definition.related)
        return cls(
            config=tool.config, resolved=resolved, table=table, arguments=arguments, agent_name=agent_name
        )

    @property
    def has_filters(self) -> bool:
        return self.config.method not in ("create", "upsert")

    def rows_statement(self) -> Statement:
        """The rows that the call's filters mean, whole, as {"row": {...}}."""
        params: dict[str, Any] = {AGENT_PARAM: self.agent_name, "most": MAX_ROWS}
        where = Where.of(self.resolved, argument_groups(self.resolved).filters).clause(
            self.arguments.get("filters", {}), params
        )
        query = SQL("select to_jsonb(t) as row from (select * from {}{} limit %(most)s) as t").format(
            identifier(self.table.schema, self.table.name), where
        )
        return Statement(query=query, params=params)

    def checks(self, found: list[dict[str, Any]]) -> list[_Checked]:
        """Verb, clause, rows, and whether the rows are new; RETURNING asks the select policies as well."""
        match self.config.method:
            case "fetch" | "count" | "aggregate":
                return [("select", "using", found, False)]
            case "create" | "upsert":
                new = [{**values, **self._constants()} for values in self._payloads()]
                return [("insert", "check", new, True), ("select", "using", new, True)]
            case "delete" if not self.resolved.deletion:
                return [("select", "using", found, False), ("delete", "using", found, False)]
            case "update" | "delete":
                changed = [{**row, **self._change()} for row in found]
                return [
                    ("select", "using", found, False),
                    ("update", "using", found, False),
                    ("update", "check", changed, False),
                    ("select", "using", changed, False),
                ]

    def _payloads(self) -> list[dict[str, Any]]:
        data: Any = self.arguments.get("data") or {}
        rows = cast("Sequence[Mapping[str, Any]]", data if isinstance(data, list | tuple) else [data])
        return [self._columns(values) for values in rows]

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {self.resolved.field(name, "data").name: value for name, value in values.items()}

    def _constants(self) -> dict[str, Any]:
        agent = {AGENT_COLUMN: self.agent_name} if self.config.apply_agent_name_context else {}
        return {**self.resolved.fixed, **agent}

    def _change(self) -> dict[str, Any]:
        if self.config.method == "delete" and self.resolved.deletion:
            return {self.resolved.deletion.field.name: self.resolved.deletion.text}
        return self._columns(self.arguments.get("data") or {})


async def _check(
    pool: Pool,
    user: User,
    config: CRUDConfig,
    verb: Verb,
    clause: Clause,
    rows: list[dict[str, Any]],
    rows_are_new: bool,
) -> Check | None:
    answer = await fetch_one(
        pool,
        """
        select private.explain_policies(
          %(claims)s, %(table)s, %(verb)s, %(clause)s, %(rows)s, %(rows_are_new)s) as told
        """,
        {
            "claims": Jsonb(dict(user.claims)),
            "table": config.table_name,
            "verb": verb,
            "clause": clause,
            "rows": Jsonb(rows),
            "rows_are_new": rows_are_new,
        },
    )
    told = answer["told"] if answer else None
    if told is None:
        return None
    policies = tuple(Policy.from_row(policy) for policy in told.pop("policies"))
    table = config.table_name.removeprefix("public.")
    return Check(table=table, verb=verb, policies=policies, row_count=len(rows), **told)
