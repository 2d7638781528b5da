import json
import logging
from collections.abc import Iterator

import pytest

from chatServer.logs import OWN_LOGGERS, JsonFormatter, configure_logging


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in OWN_LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_line_is_one_json_object_whatever_is_in_it() -> None:
    record = logging.makeLogRecord(
        {"msg": "two\nlines %s", "args": ("é",), "levelname": "INFO", "name": "somewhere", "created": 0.5}
    )
    record.path = "/x\n{}"
    record.user_id = None

    line = JsonFormatter().format(record)

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.500+00:00",
        "level": "info",
        "logger": "somewhere",
        "message": "two\nlines é",
        "path": "/x\n{}",
    }


def test_a_traceback_is_part_of_its_line() -> None:
    error = ZeroDivisionError("oh")
    record = logging.makeLogRecord({"msg": "failed", "exc_info": (type(error), error, None)})

    assert json.loads(JsonFormatter().format(record))["traceback"] == "ZeroDivisionError: oh"


def test_the_log_goes_to_standard_error_from_the_level_on(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning")

    logging.getLogger("core.turn").info("quiet")
    logging.getLogger("core.turn").warning("loud", extra={"run": 7})

    output = capsys.readouterr()
    assert output.out == ""
    assert json.loads(output.err) | {"time": ""} == {
        "time": "",
        "level": "warning",
        "logger": "core.turn",
        "message": "loud",
        "run": 7,
    }


def test_only_its_own_code_tells_details_and_never_a_client_that_writes_what_it_sends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("debug")

    logging.getLogger("core.agents.loop").debug("a detail")
    logging.getLogger("anthropic._base_client").debug("Request options: all that was said")
    logging.getLogger("anthropic._base_client").info("something of use")

    messages = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    assert messages == ["a detail", "something of use"]
