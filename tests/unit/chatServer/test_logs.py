import json
import logging
from collections.abc import Iterator

import pytest

from chatServer.logs import JsonFormatter, configure_logging


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


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
