"""The server's log: one JSON object a line on standard error, so that no value can forge a line."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

# The attributes that every record has; whatever else is on a record came with `extra=`.
STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}

# The only ones that go below INFO: there, clients of providers and of other services write what they send.
OWN_LOGGERS = ("chatServer", "core")
# What these tell at INFO is of no use to an operator, or is told better by the request line.
QUIET_LOGGERS = ("apscheduler", "httpx", "httpx2", "httpcore", "httpcore2", "mcp", "psycopg.pool")
# Logs, as errors of ours with tracebacks, whatever a remote server may answer; the tool's own line is enough.
MUTED_LOGGERS = ("mcp.client",)


class JsonFormatter(logging.Formatter):
    """time (UTC), level, logger, message, what the call added, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {
            name: value
            for name, value in vars(record).items()
            if name not in STANDARD_ATTRIBUTES and value is not None
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def configure_logging(level: str) -> None:
    """Sends the log of the whole process to standard error; "debug" is of this project's own code."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    root = logging.getLogger()
    for name in OWN_LOGGERS:
        logging.getLogger(name).setLevel(root.level)
    root.setLevel(max(logging.INFO, root.level))
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in MUTED_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
