"""SQL types, and the texts that Postgres gets for JSON values."""

import json
from typing import Any

import pytest

from core.tools.column_kinds import kind_of
from core.tools.definition import Column


def kind(type_name: str, enum_values: tuple[str, ...] | None = None) -> Any:
    return kind_of(
        Column(
            name="x",
            type=type_name,
            is_required=False,
            has_default=False,
            is_generated=False,
            comment=None,
            enum_values=enum_values,
        )
    )


@pytest.mark.parametrize(
    ("type_name", "value", "text"),
    [
        ("text", "a'b", "a'b"),
        ("character varying(3)", "abc", "abc"),
        ("extensions.citext", "abc", "abc"),
        ("smallint", -5, "-5"),
        ("integer", 3.0, "3"),
        ("bigint", 2**63 - 1, "9223372036854775807"),
        ("numeric(8,2)", 0.1, "0.1"),
        ("numeric", "12345678901234567890.123456789", "12345678901234567890.123456789"),
        ("double precision", 1e-7, "1E-7"),
        ("boolean", False, "false"),
        ("date", "2026-11-21", "2026-11-21"),
        ("timestamp with time zone", "2026-11-21T10:00:00Z", "2026-11-21T10:00:00+00:00"),
        ("timestamp(3) without time zone", "2026-11-21", "2026-11-21T00:00:00"),
        ("time without time zone", "10:00", "10:00:00"),
        ("uuid", "{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("jsonb", {"a": [1, None, "ö"]}, '{"a":[1,null,"ö"]}'),
        ("interval", "3 days", "3 days"),
        ("inet", "::1", "::1"),
        ("text[]", ["a", "", 'b"c', "d\\", "{,}", "NULL"], '{"a","","b\\"c","d\\\\","{,}","NULL"}'),
        ("integer[]", [1, 2], '{"1","2"}'),
        ("date[]", [], "{}"),
    ],
)
def test_a_value_becomes_the_text_that_postgres_reads(type_name: str, value: Any, text: str) -> None:
    assert kind(type_name).parse(value) == text


@pytest.mark.parametrize(
    "type_name", ["bytea", "vector(3)", "extensions.vector(768)", "tsvector", "bit varying(5)", "bytea[]"]
)
def test_types_without_meaning_for_a_model_are_left_out(type_name: str) -> None:
    assert kind(type_name) is None


def test_listed_values_narrow_any_type() -> None:
    assert kind("public.mood", ("sad", "ok")).schema == {"type": "string", "enum": ["sad", "ok"]}
    assert kind("smallint", ("1", "2")).schema == {"type": "integer", "enum": [1, 2]}
    assert kind("public.mood[]", ("sad",)).schema == {
        "type": "array",
        "items": {"type": "string", "enum": ["sad"]},
    }
    with pytest.raises(ValueError, match="must be one of sad, ok"):
        kind("public.mood", ("sad", "ok")).parse("glad")


def test_json_keeps_its_own_numbers_and_names() -> None:
    value: dict[str, Any] = {"ä": 12345678901234567890, "b": [0.1, True, {"c": {}}]}
    assert json.loads(kind("jsonb").parse(value)) == value
