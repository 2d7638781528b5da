import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cli.agent_rows import NewTool
from cli.commands.import_openapi import chosen, settings_to_make
from cli.errors import UsageRefused
from cli.openapi_document import Document
from cli.openapi_tools import Import, tool_name, tools_of
from core.config import CoreConfig
from core.tools.definition import ToolDefinition
from core.tools.hosts import HostRules
from core.tools.outbound import Outbound
from core.tools.registry import build_tool
from core.tools.services import ToolServices

PETSTORE = Path(__file__).with_name("petstore.yaml")


def imported(*, is_private: bool = False, server: str | None = None, taken: tuple[str, ...] = ()) -> Import:
    document = Document.read(PETSTORE)
    return tools_of(document, document.operations(), server=server, is_private=is_private, taken=taken)


@pytest.fixture
def tools() -> dict[str, NewTool]:
    return {tool.name: tool for tool in imported().tools}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], Path]:
    def write(document: Any) -> Path:
        file = tmp_path / "api.json"
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        return file

    return write


def test_a_read_becomes_a_row_with_its_parameters_and_credentials(tools: dict[str, NewTool]) -> None:
    assert tools["list_pets"].to_json() == {
        "name": "list_pets",
        "type": "HTTPTool",
        "description": "List the pets.\nNewest first.",
        "approval": "auto",
        "config": {
            "method": "GET",
            "url": "https://eu.pets.example/v2/pets",
            "runtime_args_schema": {
                "x_trace_id": {"type": "str", "optional": True},
                "limit": {"type": "int", "minimum": 1, "maximum": 50},
                "tags": {"type": "list", "items": {"type": "str"}, "optional": True},
                "born": {"type": "date", "description": "On or after.", "optional": True},
            },
            "query": {"limit": "{limit}", "tags": "{tags}", "born": "{born}"},
            "headers": {"X-Trace-Id": "{x_trace_id}"},
            "credentials": {"secret": "PET_KEY", "as": "header:X-Pet-Key"},
        },
    }


def test_a_write_asks_first_and_its_body_becomes_arguments(tools: dict[str, NewTool]) -> None:
    create = tools["create_pet"]

    assert create.approval == "ask"
    assert create.config["body"] == {
        "name": "{name}",
        "kind": "{kind}",
        "parent": "{parent}",
        "owner": "{owner}",
    }
    arguments = create.config["runtime_args_schema"]
    assert arguments["name"] == {"type": "str", "maxLength": 40}
    assert arguments["kind"] == {"type": "str", "enum": ["cat", "dog"], "optional": True}
    assert arguments["owner"]["properties"] == {"email": {"type": "str"}}
    assert "id" not in arguments


def test_an_operation_without_an_id_is_named_by_its_path(tools: dict[str, NewTool]) -> None:
    delete = tools["delete_pets_pet_id"]

    assert delete.config["url"] == "https://eu.pets.example/v2/pets/{pet_id}"
    assert "credentials" not in delete.config


def test_a_form_is_sent_as_one_and_names_that_mean_something_are_changed(tools: dict[str, NewTool]) -> None:
    search = tools["search_pets"].config

    assert search["body_format"] == "form"
    assert search["body"] == {"schema": "{schema_}", "from": "{from}"}
    assert search["credentials"] == {"secret": "TOKEN", "as": "bearer"}


def test_what_a_row_cannot_say_is_left_out_with_the_reason() -> None:
    assert imported().left_out == {
        "replacePicture": "its body is image/png, and only JSON and web forms are sent",
        "login": "it wants credentials in a way that a row cannot say",
    }


def test_a_tool_that_is_there_already_is_not_imported_again() -> None:
    again = imported(taken=("list_pets",))

    assert again.left_out["listPets"] == "the agent has a tool list_pets already"
    assert "list_pets" not in [tool.name for tool in again.tools]


def test_in_a_user_s_own_agent_credentials_are_the_user_s() -> None:
    tools = {tool.name: tool for tool in imported(is_private=True).tools}

    assert tools["list_pets"].config["credentials"] == {
        "user_credential": "pet_key",
        "as": "header:X-Pet-Key",
    }


def test_every_row_makes_a_tool(tools: dict[str, NewTool]) -> None:
    outbound = Outbound(hosts=HostRules.of(["eu.pets.example"]), secrets={"PET_KEY": "x", "TOKEN": "y"})
    services = ToolServices(config=CoreConfig(), outbound=outbound)

    for tool in tools.values():
        definition = ToolDefinition(
            id=UUID(int=1),
            name=tool.name,
            type=tool.type,
            description=tool.description,
            config=tool.config,
            approval="auto",
            table=None,
        )
        assert build_tool(definition, services).args_schema


def test_the_settings_that_are_missing_are_named(tools: dict[str, NewTool]) -> None:
    assert settings_to_make([tools["list_pets"], tools["create_pet"]], {}) == [
        "Still to do: add eu.pets.example to the server's CLARITY_HTTP_ALLOWED_HOSTS.",
        "Still to do: set CLARITY_SECRET_PET_KEY for the server.",
    ]
    environment = {"CLARITY_HTTP_ALLOWED_HOSTS": "*.pets.example", "CLARITY_SECRET_PET_KEY": "x"}
    assert settings_to_make([tools["list_pets"]], environment) == []


def test_another_server_may_be_given(tools: dict[str, NewTool]) -> None:
    urls = {tool.config["url"] for tool in imported(server="https://test.example/").tools}

    assert all(url.startswith("https://test.example/") for url in urls)


def test_operations_are_chosen_by_their_ids() -> None:
    document = Document.read(PETSTORE)

    assert [one.id for one in chosen(document, ["createPet"])] == ["createPet"]
    with pytest.raises(UsageRefused, match="no operation 'nothing'"):
        chosen(document, ["nothing"])


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"swagger": "2.0"}, "is not an OpenAPI 3 document"),
        ([1], "is not an OpenAPI 3 document"),
        ("{not json", "neither JSON nor YAML"),
        ("a: [b", "neither JSON nor YAML"),
        ("!!python/object/apply:os.system ['true']", "neither JSON nor YAML"),
    ],
)
def test_a_file_that_is_no_openapi_document_is_refused(
    document: Any, sentence: str, write: Callable[[Any], Path]
) -> None:
    with pytest.raises(UsageRefused, match=sentence):
        Document.read(write(document))


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("https://evil.example/api.yaml#/x", "refers to another one"),
        ("../../etc/passwd", "refers to another one"),
        ("#/components/parameters/Nothing", "has nothing at"),
        ("#/components/parameters/Itself", "leads to itself"),
    ],
)
def test_references_stay_within_the_document_and_end_somewhere(
    reference: str, sentence: str, write: Callable[[Any], Path]
) -> None:
    file = write(
        {
            "openapi": "3.0.3",
            "paths": {"/x": {"get": {"parameters": [{"$ref": reference}]}}},
            "components": {"parameters": {"Itself": {"$ref": "#/components/parameters/Itself"}}},
        }
    )
    with pytest.raises(UsageRefused, match=sentence):
        list(Document.read(file).operations())


@pytest.mark.parametrize(
    ("operation_id", "name"),
    [
        ("listPets", "list_pets"),
        ("GET /pets/{id}", "get_pets_id"),
        ("pets.v2-list", "pets_v2_list"),
        ("2fa", "call_2fa"),
        ("x" * 99, "x" * 60),
    ],
)
def test_a_tool_is_named_as_models_can_call_it(operation_id: str, name: str) -> None:
    assert tool_name(operation_id) == name
