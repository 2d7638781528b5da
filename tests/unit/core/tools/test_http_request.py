import json
from typing import Any

import pytest
from pydantic import ValidationError

from core.errors import ToolInputError
from core.tools.http_config import HTTPConfig
from core.tools.http_request import FilledRequest, RequestTemplate

URL = "https://api.example.com/v1/things"


def template(*arguments: str, **config: Any) -> RequestTemplate:
    return RequestTemplate.of(HTTPConfig.model_validate({"url": URL, **config}), arguments)


def fill(config: dict[str, Any], /, **arguments: Any) -> FilledRequest:
    return template(*arguments, **config).fill(arguments)


def test_arguments_that_stand_nowhere_go_to_the_query_of_a_get() -> None:
    request = fill({}, words="a b&c=d", limit=5, exact=True, missing=None)

    assert request.url == f"{URL}?words=a%20b%26c%3Dd&limit=5&exact=true"
    assert request.content is None


def test_arguments_that_stand_nowhere_go_into_the_body_of_a_post() -> None:
    request = fill({"method": "POST"}, title="Ünï", tags=["a", "b"], missing=None)

    assert json.loads(request.content or b"") == {"title": "Ünï", "tags": ["a", "b"]}
    assert request.url == URL
    assert request.headers["Content-Type"] == "application/json"


def test_an_argument_in_the_path_is_one_piece_of_it() -> None:
    request = fill({"url": f"{URL}/{{id}}/parts"}, id="a/b?c#d e%2f@ü")

    assert request.url == f"{URL}/a%2Fb%3Fc%23d%20e%252f%40%C3%BC/parts"


@pytest.mark.parametrize(
    "value", ["..", ".", "../admin", "a/../b", "..\\admin", "a/..", "", "a\r\nb", "\0", None]
)
def test_an_argument_in_the_path_cannot_lead_out_of_it(value: str | None) -> None:
    with pytest.raises(ToolInputError, match="id must"):
        fill({"url": f"{URL}/{{id}}"}, id=value)


@pytest.mark.parametrize(("path", "value"), [("{id}.", "."), (".{id}", "."), ("{id}{id}", ".")])
def test_pieces_of_the_path_cannot_make_a_relative_one_together(path: str, value: str) -> None:
    with pytest.raises(ToolInputError, match="id must"):
        fill({"url": f"{URL}/{path}/x"}, id=value)


def test_a_template_keeps_the_type_of_an_argument_and_leaves_out_what_was_not_given() -> None:
    config = {
        "method": "POST",
        "body": {
            "n": "{n}",
            "note": "{note}",
            "text": "n is {n}, note {note}",
            "list": ["{n}", "{note}"],
            "k": {"x": 1},
        },
    }
    request = fill(config, n=5, note=None)

    assert json.loads(request.content or b"") == {"n": 5, "text": "n is 5, note ", "list": [5], "k": {"x": 1}}


def test_braces_that_are_no_argument_stay_as_they_are() -> None:
    query = "query($id: ID!) { thing(id: $id) {name} }"
    request = fill({"method": "POST", "body": {"query": query, "variables": {"id": "{id}"}}}, id="7")

    assert json.loads(request.content or b"") == {"query": query, "variables": {"id": "7"}}


def test_what_an_argument_says_is_not_read_as_a_template_again() -> None:
    request = fill({"query": {"q": "{a}", "r": "x {a} {b}"}}, a="{b}", b="secret")

    assert request.url == f"{URL}?q=%7Bb%7D&r=x%20%7Bb%7D%20secret"


def test_a_list_gives_its_parameter_several_times_and_an_object_its_json() -> None:
    assert fill({}, tag=["a", "b"], where={"x": 1}).url == f"{URL}?tag=a&tag=b&where=%7B%22x%22%3A1%7D"


def test_a_form_is_sent_as_a_web_form_is() -> None:
    request = fill({"method": "POST", "body_format": "form"}, to="+49 1", text="a&b=c")

    assert request.content == b"to=%2B49+1&text=a%26b%3Dc"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\nb", "a\rb", "a\0b", "a\tb", "ü", "\u2028", "a\x7f"])
def test_an_argument_cannot_begin_another_header(value: str) -> None:
    with pytest.raises(ToolInputError, match="plain ASCII on one line"):
        fill({"headers": {"X-Note": "note {note}"}}, note=value)


def test_a_header_is_filled_and_a_secret_one_only_named() -> None:
    request = fill({"headers": {"X-Note": "n {note}", "X-Key": {"secret": "KEY"}, "accept": "a/b"}}, note="1")

    assert request.headers == {"User-Agent": "clarity", "X-Note": "n 1", "accept": "a/b"}
    assert request.secret_headers == {"X-Key": "KEY"}
    assert "X-Key: [KEY]" in request.readable({})


def test_an_address_that_is_too_long_is_refused() -> None:
    with pytest.raises(ToolInputError, match="too long"):
        fill({}, words="x" * 9_000)


def test_a_body_that_is_too_large_is_refused() -> None:
    with pytest.raises(ToolInputError, match="larger than"):
        fill({"method": "POST"}, words="x" * 1_100_000)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_has_no_form_for_is_refused(value: float) -> None:
    with pytest.raises(ToolInputError, match="JSON has no form"):
        fill({"method": "POST"}, n={"x": value})


@pytest.mark.parametrize(
    "url",
    [
        "api.example.com/x",
        "ftp://api.example.com/x",
        "https://user:pass@api.example.com/x",
        "https://api.example.com@evil.example/x",
        "https://{host}/x",
        "https://api.example.com{path}",
        "https://api.example.com:{port}/x",
        "https://api.example.com/x?y=1",
        "https://api.example.com/x#y",
        "https://api.example.com/a/../b",
        "https://api.example.com/.",
        "https://api.example.com\\@evil.example/",
        "https://api.example.com/a\r\nb",
        "https://api.example.com/a b",
        "https://exämple.com/",
        "https://2130706433/",
        "https://api.example.com/{unknown}",
    ],
)
def test_a_url_that_is_not_a_host_and_a_path_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        template("host", "path", "port", url=url, query={"a": "{host}{path}{port}"})


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"headers": {"Host": "evil.example"}}, "may not have 'Host'"),
        ({"headers": {"content-length": "0"}}, "may not have"),
        ({"headers": {"X A": "1"}}, "may not have"),
        ({"headers": {"X\r\nY": "1"}}, "may not have"),
        ({"headers": {"Authorization": "Bearer abc"}}, "takes"),
        ({"headers": {"Cookie": "{a}"}}, "takes"),
        ({"headers": {"X-A": "1\r\nX-B: 2"}}, "plain ASCII"),
        ({"query": {"a": "{nothing}"}}, "no argument"),
        ({"method": "POST", "body": {"a": ["{nothing}"]}}, "no argument"),
        ({"query": {"b": 1}}, "the argument a stands nowhere"),
        ({"method": "POST", "body": {"b": 1}}, "the argument a stands nowhere"),
    ],
)
def test_a_config_that_cannot_be_filled_safely_is_refused(config: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        template("a", **config)


@pytest.mark.parametrize(
    "config",
    [
        {"method": "TRACE"},
        {"method": "get"},
        {"method": "POST", "retries": 1},
        {"method": "GET", "body": {}},
        {"method": "POST", "body_format": "form", "body": [1]},
        {"timeout_seconds": 0},
        {"timeout_seconds": 1000},
        {"max_bytes": 10_000_000},
        {"retries": 9},
        {"credentials": "mine"},
        {"credentials": {"secret": "lower"}},
        {"credentials": {"secret": "KEY", "as": "cookie"}},
        {"credentials": {"secret": "KEY", "as": "header:X\r\nY"}},
        {"credentials": {"secret": "KEY", "user_credential": "github"}},
        {"credentials": {"secret": "KEY", "value": "hunter22"}},
        {"headers": {"X-Key": {"secret": "KEY", "value": "hunter22"}}},
        {"result_path": "items"},
        {"unknown": 1},
    ],
)
def test_a_config_that_makes_no_sense_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HTTPConfig.model_validate({"url": URL, **config})


def test_every_key_of_the_config_says_what_it_is_for() -> None:
    assert [name for name, field in HTTPConfig.model_fields.items() if not field.description] == []
