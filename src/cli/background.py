"""`clarity up --detach`: the same supervisor in a session of its own, heard through a pipe until ready."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from cli.errors import ClarityCommandError
from cli.project import Project

LOG_NAME = "up.log"


def start_in_background(project: Project, progress: Callable[[str], None]) -> None:
    """Returns once everything runs. ClarityCommandError with the reason when it does not come to that."""
    project.logs.mkdir(parents=True, exist_ok=True)
    log_file = project.logs / LOG_NAME
    reader, writer = os.pipe()
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "up", "--report-to", str(writer)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[writer],
            env={**project.environment, "CLARITY_HOME": str(project.home)},
            cwd=project.root,
            start_new_session=True,
        )
    os.close(writer)
    try:
        with os.fdopen(reader) as reports:
            _listen(reports, progress, log_file)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    # It goes on without us: nobody is to wait for it, and it is no zombie while we live.
    process.returncode = 0


def _listen(reports: IO[str], progress: Callable[[str], None], log_file: Path) -> None:
    for line in reports:
        report: Mapping[str, str | None] = json.loads(line)
        match report:
            case {"progress": str(text)}:
                progress(text)
            case {"error": str(message)}:
                raise ClarityCommandError(message, hint=report.get("hint"))
            case _:
                return
    raise ClarityCommandError("Clarity ended before it was ready.", hint=f"Its log is {log_file}")


class Reporter:
    """The other end of the pipe. When nobody listens any more, it says nothing."""

    def __init__(self, descriptor: int) -> None:
        self._pipe = os.fdopen(descriptor, "w")

    def progress(self, text: str) -> None:
        self._send({"progress": text})

    def ready(self) -> None:
        self._send({"ready": "yes"})
        self._close()

    def failed(self, message: str, hint: str | None) -> None:
        self._send({"error": message, "hint": hint})
        self._close()

    def _send(self, report: Mapping[str, str | None]) -> None:
        with suppress(BrokenPipeError, ValueError):
            self._pipe.write(json.dumps(report) + "\n")
            self._pipe.flush()

    def _close(self) -> None:
        with suppress(BrokenPipeError):
            self._pipe.close()
