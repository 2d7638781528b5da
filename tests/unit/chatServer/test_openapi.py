import json
from pathlib import Path
from typing import Any

import pytest

from chatServer.__main__ import main
from chatServer.main import create_app
from fixtures.servers import client_of, make_settings

COMMITTED = Path(__file__).resolve().parents[3] / "chatServer" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(COMMITTED.read_text())


def test_the_committed_document_is_the_server_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--print-openapi"]) == 0
    assert capsys.readouterr().out == COMMITTED.read_text(), (
        "Write it again: python -m chatServer --print-openapi > chatServer/openapi.json"
    )


async def test_the_server_serves_it(document: dict[str, Any]) -> None:
    async with client_of(create_app(make_settings())) as client:
        assert (await client.get("/openapi.json")).json() == document


def test_every_error_of_a_turn_is_documented_as_a_problem(document: dict[str, Any]) -> None:
    responses = document["paths"]["/api/chat"]["post"]["responses"]

    statuses = {"200", "400", "401", "404", "409", "413", "422", "429", "500", "502", "503", "504"}
    assert set(responses) == statuses
    for status in set(responses) - {"200"}:
        assert responses[status]["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }


def test_a_turn_asks_for_a_bearer_token_and_health_for_nothing(document: dict[str, Any]) -> None:
    (scheme,) = document["components"]["securitySchemes"].items()

    assert scheme[1]["type"] == "http"
    assert scheme[1]["scheme"] == "bearer"
    assert document["paths"]["/api/chat"]["post"]["security"] == [{scheme[0]: []}]
    assert "security" not in document["paths"]["/health"]["get"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}

    assert names <= set(document["components"]["schemas"])
    assert {"ChatRequest", "ChatResponse", "Problem", "InvalidPart"} <= names


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert {"chat", "health", "ready", "list_agents", "read_agent", "try_tool"} <= set(names)
    assert all(operation["summary"] and operation["description"] for operation in operations)
