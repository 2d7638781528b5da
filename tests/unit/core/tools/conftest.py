"""A table as the catalog describes it, and tools made from configs without a database."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool

from core.tools.base import ClarityTool
from core.tools.definition import Column, Table, ToolDefinition
from core.tools.registry import build_tool
from fixtures.tool_services import SERVICES


def column(name: str, type: str, **facts: Any) -> Column:  # noqa: A002
    defaults: dict[str, Any] = {
        "is_required": False,
        "has_default": False,
        "is_generated": False,
        "comment": None,
    }
    return Column(name=name, type=type, **{**defaults, **facts})


@pytest.fixture
def books() -> Table:
    return Table(
        schema="public",
        name="books",
        comment="The books that the user owns.",
        columns=(
            column("id", "uuid", has_default=True),
            column("user_id", "uuid", has_default=True, is_generated=True),
            column("title", "text", is_required=True, comment="As on the cover."),
            column("status", "text", has_default=True, enum_values=("unread", "read")),
            column("stars", "smallint", enum_values=("1", "2")),
            column("pages", "integer"),
            column("price", "numeric(8,2)"),
            column("isbn", "character varying(13)"),
            column("bought_on", "date"),
            column("is_lent", "boolean", has_default=True),
            column("tags", "text[]", has_default=True),
            column("details", "jsonb", has_default=True),
            column("cover", "bytea"),
            column("meaning", "extensions.vector(768)"),
            column("agent_name", "text"),
            column("deleted_at", "timestamp with time zone"),
            column("created_at", "timestamp with time zone", has_default=True),
        ),
        unique_keys=(("id",), ("user_id", "isbn")),
        primary_key=("id",),
    )


@pytest.fixture
def build(books: Table) -> Callable[..., ClarityTool]:
    """`build(method="fetch", ...)` gives the CRUDTool of that config on `books`."""

    def build(*, description: str = "", table: Table | None = books, **config: Any) -> ClarityTool:
        return build_tool(
            ToolDefinition(
                id=UUID(int=1),
                name="shelf",
                type="CRUDTool",
                description=description,
                config={"table_name": "books", **config},
                approval="auto",
                table=table,
            ),
            SERVICES,
        )

    return build


@pytest.fixture
def schema(build: Callable[..., ClarityTool]) -> Callable[..., dict[str, Any]]:
    """The JSON Schema of a tool's arguments, as an OpenAI-style model is sent it."""

    def schema(**config: Any) -> dict[str, Any]:
        return convert_to_openai_tool(build(**config))["function"]["parameters"]

    return schema
