"""The JSON Schemas of configs, by which they are edited: they take and refuse what the types do."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from core.tools.tool_types import ToolTypes

TYPES = ToolTypes.of([])
TABLE = {"table_name": "tasks", "method": "fetch"}

TAKEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("CRUDTool", TABLE),
    ("CRUDTool", {**TABLE, "order_by": "due_date desc", "limit": 5}),
    ("CRUDTool", {**TABLE, "order_by": ["due_date", "title desc"]}),
    ("CRUDTool", {**TABLE, "order_by": {"default": "due_date", "choices": ["due_date", "title desc"]}}),
    ("CRUDTool", {**TABLE, "filters": ["status", "due_date"]}),
    ("CRUDTool", {**TABLE, "filters": {"status": ["eq", "in"], "title": None}}),
    ("CRUDTool", {**TABLE, "runtime_args_schema": {"data": {"type": "dict", "properties": {}}}}),
    ("CRUDTool", {**TABLE, "method": "delete", "soft_delete": {"column": "deleted_at", "value": "now"}}),
    ("RPCTool", {"function_name": "pay", "fixed": {"city": "Ulm"}, "columns": ["id"]}),
    ("AgentTool", {"agent_name": "helpdesk", "max_depth": 1}),
    ("HTTPTool", {"url": "https://api.example.com/{city}", "headers": {"X-Key": {"secret": "KEY"}}}),
    ("MCPTool", {"url": "https://mcp.example.com/mcp", "credentials": {"user_credential": "tickets"}}),
)
REFUSED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("CRUDTool", {"table_name": "tasks"}),
    ("CRUDTool", {**TABLE, "method": "guess"}),
    ("CRUDTool", {**TABLE, "colums": ["title"]}),
    ("CRUDTool", {**TABLE, "order_by": 3}),
    ("CRUDTool", {**TABLE, "filters": {"status": ["equals"]}}),
    ("RPCTool", {"function_name": "pay", "limit": "5"}),
    ("MCPTool", {"url": "https://mcp.example.com/mcp", "timeout_seconds": 900}),
)


def fits(name: str, config: dict[str, Any]) -> bool:
    validator: Any = Draft202012Validator(TYPES.config_schemas()[name])
    return bool(validator.is_valid(config))


@pytest.mark.parametrize(("name", "config"), TAKEN)
def test_a_config_that_its_type_takes_fits_the_schema(name: str, config: dict[str, Any]) -> None:
    TYPES.get(name).config_type.model_validate(config)
    assert fits(name, config)


@pytest.mark.parametrize(("name", "config"), REFUSED)
def test_a_config_that_its_type_refuses_does_not_fit(name: str, config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TYPES.get(name).config_type.model_validate(config)
    assert not fits(name, config)


@pytest.mark.parametrize("name", TYPES.names)
def test_every_key_is_described(name: str) -> None:
    keys = TYPES.config_schemas()[name]["properties"]
    assert [key for key, schema in keys.items() if not schema.get("description")] == []
