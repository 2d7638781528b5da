"""Types of the API: the committed file is the document's, and every construct has its type."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.errors import UsageRefused
from cli.main import build
from cli.openapi_document import Document
from cli.openapi_types import HEAD, generate_api_types

ROOT = Path(__file__).resolve().parents[3]
COMMITTED = ROOT / "webApp" / "src" / "lib" / "api.gen.ts"


def types_of(schemas: dict[str, Any]) -> str:
    """What is generated for them, without the beginning that all have."""
    text = generate_api_types(Document(root={"openapi": "3.1.0", "components": {"schemas": schemas}}))
    return text.removeprefix(f"{HEAD}export type Schemas = ").removesuffix(";\n")


def test_the_committed_types_are_those_of_the_document() -> None:
    document = Document.read(ROOT / "chatServer" / "openapi.json")

    assert generate_api_types(document) == COMMITTED.read_text(encoding="utf-8"), (
        "run `clarity types --of api --out webApp/src/lib/api.gen.ts`"
    )


def test_the_command_writes_and_checks_them_without_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLARITY_HOME", str(tmp_path))
    out = tmp_path / "new" / "api.gen.ts"
    command = ["types", "--of", "api", "--out", str(out)]

    assert CliRunner().invoke(build(), [*command, "--check"]).exit_code == 1
    assert CliRunner().invoke(build(), command).exit_code == 0
    assert CliRunner().invoke(build(), [*command, "--check"]).exit_code == 0
    assert out.read_text(encoding="utf-8") == COMMITTED.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "format": "uuid", "maxLength": 9}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "null"}, "null"),
        ({}, "Json"),
        ({"description": ""}, "Json"),
        ({"const": "done", "type": "string"}, '"done"'),
        ({"enum": ["it's", 'a "b"', 3, None]}, '"it\'s" | "a \\"b\\"" | 3 | null'),
        ({"type": ["string", "null"]}, "string | null"),
        ({"type": "string", "nullable": True}, "string | null"),
        ({"$ref": "#/components/schemas/Odd~1Name"}, 'Schemas["Odd/Name"]'),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string | null"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, "number"),
        ({"oneOf": [{"const": 1}, {"const": 2}], "discriminator": {"propertyName": "type"}}, "1 | 2"),
        (
            {"allOf": [{"$ref": "#/components/schemas/A"}, {"type": ["string", "null"]}]},
            'Schemas["A"] & (string | null)',
        ),
        ({"type": "array"}, "Json[]"),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "(string | null)[]"),
        ({"type": "object"}, "{\n    [key: string]: Json;\n  }"),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}},
            "{\n    [key: string]: number;\n  }",
        ),
        ({"type": "object", "additionalProperties": False}, "Record<PropertyKey, never>"),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b c": {"default": 1}},
                "required": ["a"],
            },
            '{\n    a: string;\n    "b c"?: Json;\n  }',
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True},
            "{\n    a?: string;\n    [key: string]: unknown;\n  }",
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string", "description": "What it is."}}},
            "{\n    /** What it is. */\n    a?: string;\n  }",
        ),
    ],
    ids=str,
)
def test_every_construct_has_its_type(schema: dict[str, Any], expected: str) -> None:
    assert types_of({"It": schema}) == f"{{\n  It: {expected};\n}}"


def test_a_description_is_a_comment_that_it_cannot_end() -> None:
    text = types_of({"It": {"type": "string", "description": "One */ line.\n\nAnother."}})

    assert text == "{\n  /**\n   * One *\\/ line.\n   *\n   * Another.\n   */\n  It: string;\n}"


def test_a_document_without_schemas_has_no_members() -> None:
    assert generate_api_types(Document(root={})).endswith("export type Schemas = { [_ in never]: never };\n")


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "file"}, "a type that is not known: file"),
        ({"$ref": "other.json#/Pet"}, "not to one of its schemas: other.json#/Pet"),
    ],
)
def test_what_is_not_known_is_refused(schema: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageRefused, match=told):
        types_of({"It": schema})
