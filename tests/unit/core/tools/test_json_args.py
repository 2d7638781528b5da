from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from core.tools.json_args import arguments_model, explain, read_arguments

SHORT = {
    "city": {"type": "str", "description": "Where.", "maxLength": 10},
    "days": {"type": "int", "minimum": 1, "maximum": 7, "default": 3},
    "unit": {"type": "str", "enum": ["c", "f"], "optional": True},
    "on": {"type": "date", "optional": True},
    "ratio": {"type": "number", "optional": True},
    "spot": {
        "type": "dict",
        "optional": True,
        "properties": {"lat": {"type": "number"}, "tags": {"type": "list", "items": {"type": "str"}}},
        "required": ["lat"],
    },
    "extra": {"type": "any", "optional": True},
}


def model(schema: dict[str, Any]) -> type[BaseModel]:
    return arguments_model("tool", read_arguments(schema))


def parsed(**values: Any) -> dict[str, Any]:
    return model(SHORT).model_validate(values).model_dump(exclude_none=True)


def test_json_values_stay_what_they_are() -> None:
    values = {
        "city": "Ulm",
        "days": 2,
        "unit": "c",
        "on": "2026-11-21",
        "ratio": 5,
        "spot": {"lat": 1.5, "tags": ["a"]},
        "extra": {"deep": [1, None]},
    }

    assert parsed(**values) == values
    assert type(parsed(city="Ulm", ratio=5)["ratio"]) is int


def test_a_default_is_filled_in_and_a_null_means_nothing() -> None:
    assert parsed(city="Ulm", unit=None) == {"city": "Ulm", "days": 3}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "city is required."),
        ({"city": 5}, "city must be a valid string."),
        ({"city": "\ud800"}, "city"),
        ({"city": "x" * 11}, "city"),
        ({"city": "Ulm", "days": "3"}, "days must be a valid integer."),
        ({"city": "Ulm", "days": True}, "days must be a valid integer."),
        ({"city": "Ulm", "days": 8}, "days must be less than or equal to 7."),
        ({"city": "Ulm", "unit": "k"}, "unit must be 'c' or 'f'."),
        ({"city": "Ulm", "on": "tomorrow"}, "on must be a date such as 2026-12-31."),
        ({"city": "Ulm", "ratio": float("nan")}, "ratio"),
        ({"city": "Ulm", "spot": {"tags": []}}, "spot.lat is required."),
        ({"city": "Ulm", "spot": {"lat": 1, "user_id": "x"}}, "spot.user_id is not known."),
        ({"city": "Ulm", "user_id": "x"}, "The arguments are: city, days, unit"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        parsed(**values)

    assert sentence in explain(refused.value, read_arguments(SHORT))


def test_the_model_is_shown_what_is_enforced() -> None:
    schema = model(SHORT).model_json_schema()

    assert schema["required"] == ["city"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["city"] | {"title": None} == {
        "type": "string",
        "description": "Where.",
        "maxLength": 10,
        "title": None,
    }
    assert schema["properties"]["on"]["format"] == "date"
    assert schema["properties"]["days"]["default"] == 3
    assert schema["properties"]["spot"]["required"] == ["lat"]


def test_in_a_json_schema_required_decides() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "required": ["b"],
    }

    assert {name: one.is_required for name, one in read_arguments(schema).items()} == {"a": False, "b": True}


def test_without_a_schema_there_are_no_arguments() -> None:
    with pytest.raises(ValidationError):
        arguments_model("tool", read_arguments(None)).model_validate({"anything": 1})


@pytest.mark.parametrize("name", ["self", "model_dump", "schema", "runtime", "a-b", "1a", "", "_x", "a" * 65])
def test_a_name_that_means_something_else_already_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of an argument"):
        read_arguments({name: {"type": "str"}})


@pytest.mark.parametrize("schema", [{"a": {"type": "blob"}}, {"a": 5}, {"a": {"type": "str", "tpye": 1}}])
def test_a_declaration_that_cannot_be_read_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        read_arguments(schema)
