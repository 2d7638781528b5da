"""What the model reads of a remote tool's answer."""

import base64
from typing import Any

import mcp_types
import pytest

from core.tools.credentials import Secret
from core.tools.crud_rows import MAX_RESULT_CHARS
from core.tools.mcp_results import readable
from fixtures.mcp_remote import text

PICTURE = base64.b64encode(b"x" * 1234).decode()
BLOCKS: list[tuple[mcp_types.ContentBlock, str]] = [
    (mcp_types.TextContent(type="text", text="Hello"), "Hello"),
    (
        mcp_types.ImageContent(type="image", data=PICTURE, mime_type="image/png"),
        "[An image is not shown: image/png, 1,234 bytes.]",
    ),
    (
        mcp_types.AudioContent(type="audio", data=PICTURE, mime_type="audio/wav"),
        "[A sound is not played: audio/wav, 1,234 bytes.]",
    ),
    (
        mcp_types.ResourceLink(type="resource_link", name="Plan", uri="file:///plan.txt"),
        "[A link: Plan, file:///plan.txt]",
    ),
    (
        mcp_types.EmbeddedResource(
            type="resource", resource=mcp_types.TextResourceContents(uri="file:///a", text="Inside")
        ),
        "Inside",
    ),
    (
        mcp_types.EmbeddedResource(
            type="resource", resource=mcp_types.BlobResourceContents(uri="file:///b", blob=PICTURE)
        ),
        "[A file is not shown: file:///b, 1,234 bytes.]",
    ),
]


@pytest.mark.parametrize(("block", "said"), BLOCKS)
def test_content_is_text_or_a_note_of_what_it_was(block: mcp_types.ContentBlock, said: str) -> None:
    assert readable(mcp_types.CallToolResult(content=[block]), ()) == said


def test_several_blocks_are_lines_and_nothing_is_said_to_be_nothing() -> None:
    blocks = [*text("one").content, *text("two").content]
    assert readable(mcp_types.CallToolResult(content=blocks), ()) == "one\ntwo"
    assert readable(mcp_types.CallToolResult(content=[]), ()) == "(The tool gave nothing back.)"


STRUCTURED: list[tuple[Any, str, str]] = [
    ({"a": 1}, '{"a": 1}', '{"a":1}'),
    ({"result": [1, 2]}, "[1, 2]", '{"result":[1,2]}'),
    ({"a": 1}, "There is one.", '{"a":1}\nThere is one.'),
]


@pytest.mark.parametrize(("structured", "said", "read"), STRUCTURED)
def test_structured_content_is_json_that_no_text_repeats(structured: Any, said: str, read: str) -> None:
    assert readable(text(said, structured_content=structured), ()) == read


def test_what_is_too_long_is_left_out_and_counted() -> None:
    answer = readable(text("x" * (MAX_RESULT_CHARS + 1000)), ())
    assert answer.endswith("\n[The answer is too long: 1,000 characters are left out.]")
    assert len(answer) < MAX_RESULT_CHARS + 100


def test_a_secret_is_shown_by_its_name_wherever_it_comes_back() -> None:
    secret = Secret(name="FAR_KEY", value='a "quoted" key')
    said = text('It is a "quoted" key.', structured_content={"key": 'a "quoted" key'})
    assert readable(said, [secret]) == '{"key":"[FAR_KEY]"}\nIt is [FAR_KEY].'


def test_a_secret_is_not_shown_in_part_where_an_answer_is_cut() -> None:
    secret = Secret(name="FAR_KEY", value="0123456789" * 4)
    answer = readable(text("x" * (MAX_RESULT_CHARS - 20) + secret.value), [secret])
    assert "0123" not in answer


def test_characters_that_cannot_be_stored_are_replaced() -> None:
    assert readable(text("a\0b\ud800c"), ()) == "a\ufffdb?c"
