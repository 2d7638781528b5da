"""memory-bank/tools.md says of each type what its config may hold: every key, and no other."""

import re

import pytest

from core.tools.tool_types import BUILT_IN, ToolTypes
from fixtures.cluster import ROOT

DOCUMENT = (ROOT / "memory-bank" / "tools.md").read_text(encoding="utf-8")


def section(name: str) -> str:
    """The text below a type's heading, up to the next heading of that level."""
    (text,) = re.findall(rf"^## {name}$\n(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    return text


def documented(name: str) -> dict[str, str]:
    """Key -> default, by the first table of the type's section."""
    table = section(name).split("| key | default | meaning |\n| --- | --- | --- |\n")[1].split("\n\n")[0]
    rows = [re.split(r"(?<!\\) *\| *", line.strip("|").strip())[:2] for line in table.splitlines()]
    return {key.strip("`"): default.strip("`") for key, default in rows}


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_key_of_a_config_is_documented_and_every_documented_key_exists(name: str) -> None:
    fields = ToolTypes.of([]).get(name).config_type.model_fields
    keys = {field.alias or key: field for key, field in fields.items()}

    assert documented(name).keys() == keys.keys()
    assert {key for key, default in documented(name).items() if default == "required"} == {
        key for key, field in keys.items() if field.is_required()
    }


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_default_that_is_a_number_is_the_documented_one(name: str) -> None:
    fields = ToolTypes.of([]).get(name).config_type.model_fields
    numbers = {
        field.alias or key: field.default
        for key, field in fields.items()
        if type(field.default) in (int, float)
    }

    assert {key: float(documented(name)[key]) for key in numbers} == numbers


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_type_shows_a_row_and_what_the_model_sees(name: str) -> None:
    assert "insert into agent_tools" in section(name)
    assert re.search(r"the model (sees|reads)", section(name), re.IGNORECASE)
