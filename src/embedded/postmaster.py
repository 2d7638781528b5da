"""The running server of a cluster, as its postmaster.pid tells."""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, kw_only=True)
class Postmaster:
    """A live Postgres server of one data folder; `ready` while it takes connections."""

    pid: int
    port: int
    ready: bool

    @classmethod
    def of(cls, data: Path) -> "Postmaster | None":
        """The server that runs on `data`, None when there is none.

        Lines of the file: pid, data folder, start time, port, socket folder, address, memory, status.
        """
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return None
        # The file grows while the server starts; the port is among the first lines, the status comes last.
        if len(lines) < 4 or os.path.realpath(lines[1]) != os.path.realpath(data):
            return None
        ready = len(lines) > 7 and lines[7].strip() == "ready"
        found = cls(pid=int(lines[0]), port=int(lines[3]), ready=ready)
        return found if _is_postgres(found.pid) else None


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
