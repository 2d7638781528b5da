"""Rows put together for the model, within a budget of characters."""

import json

from core.tools.crud_rows import MAX_RESULT_CHARS, row_object, rows_object


def records(*texts: str) -> list[dict[str, str]]:
    return [{"record": text} for text in texts]


def test_rows_are_one_compact_json_object() -> None:
    assert rows_object(records('{"a":1}', '{"a":2}')) == '{"rows":[{"a":1},{"a":2}]}'
    assert rows_object([], counts={"updated": 0}) == '{"updated":0,"rows":[]}'
    assert rows_object(records("{}"), more=True) == '{"rows":[{}],"more":true}'


def test_rows_beyond_the_budget_are_counted() -> None:
    row = json.dumps({"a": "x" * 5_000})
    text = rows_object(records(*[row] * 10), more=True)
    answer = json.loads(text)
    assert len(text) < MAX_RESULT_CHARS + 100
    assert (len(answer["rows"]), answer["left_out"], answer["more"]) == (4, 6, True)


def test_a_row_beyond_the_budget_is_shown_as_a_text() -> None:
    row = json.dumps({"a": '"' * MAX_RESULT_CHARS})[: MAX_RESULT_CHARS + 1]
    (shown,) = json.loads(rows_object(records(row)))["rows"]
    assert shown.startswith('{"a": "\\"')
    assert shown.endswith("(this row is too large; cut)")
    assert len(row_object("created", {"record": row})) < MAX_RESULT_CHARS
