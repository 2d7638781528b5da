"""`clarity tools import-openapi`, on a database of the test's own."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.people import Person
from fixtures.web_server import WebReply, WebServer
from integration.cli.conftest import Clarity


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "pets.json"
    operation = {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    }
    file.write_text(
        json.dumps(
            {
                "openapi": "3.0.3",
                "servers": [{"url": "https://pets.example/v1"}],
                "paths": {
                    "/pets/{id}": {
                        "get": {"operationId": "getPet", "summary": "Fetch a pet.", **operation},
                        "delete": {"operationId": "deletePet", **operation},
                    }
                },
            }
        )
    )
    return file


def names(clarity: Clarity) -> list[str]:
    tools: Any = clarity.json("tools", "list", "assistant")
    return [tool["name"] for tool in tools]


def test_operations_are_shown_before_they_become_tools(clarity: Clarity, document: Path) -> None:
    before = names(clarity)
    shown = clarity("tools", "import-openapi", str(document), "--agent", "assistant", "--dry-run")

    assert "GET https://pets.example/v1/pets/{id}" in shown
    assert "delete_pet" in shown
    assert names(clarity) == before

    clarity("tools", "import-openapi", str(document), "-a", "assistant", "-o", "getPet", "--yes")
    assert set(names(clarity)) == {*before, "get_pet"}


async def test_an_imported_tool_can_be_called(
    clarity: Clarity,
    document: Path,
    web: WebServer,
    make_user: Callable[..., Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada = make_user()
    web.answer(WebReply.json({"name": "Rex"}))
    importing = ("tools", "import-openapi", str(document), "-a", "assistant", "-o", "getPet", "-y")
    calling = ("tools", "test", "assistant", "get_pet", '{"id": 7}', "--as", ada.email)

    # In another thread, because the service answers in this one.
    await asyncio.to_thread(clarity, *importing, "--server", web.origin)
    refused = await asyncio.to_thread(clarity, *calling, exit_code=1)
    monkeypatch.setenv("CLARITY_HTTP_ALLOWED_HOSTS", web.origin)
    called = await asyncio.to_thread(clarity, *calling)

    assert "CLARITY_HTTP_ALLOWED_HOSTS" in refused
    assert "Rex" in called
    assert [request.target for request in web.requests] == ["/pets/7"]


def test_what_is_not_in_the_document_is_refused(clarity: Clarity, document: Path) -> None:
    refused = clarity(
        "tools", "import-openapi", str(document), "-a", "assistant", "-o", "nothing", exit_code=2
    )

    assert "no operation 'nothing'" in refused
    assert "getPet, deletePet" in refused
