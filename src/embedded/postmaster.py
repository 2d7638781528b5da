"""The running server of a cluster, as its postmaster.pid tells."""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, kw_only=True)
class Postmaster:
    """A live Postgres server of one data folder."""

    pid: int
    port: int

    @classmethod
    def of(cls, data: Path) -> "Postmaster | None":
        """The server that runs on `data`, None when there is none or it is still starting.

        Lines of the file: pid, data folder, start time, port, socket folder, address, memory, status.
        """
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return None
        if len(lines) < 8 or lines[7].strip() not in ("ready", "standby"):
            return None
        pid, port = int(lines[0]), int(lines[3])
        same_folder = os.path.realpath(lines[1]) == os.path.realpath(data)
        return cls(pid=pid, port=port) if same_folder and _is_postgres(pid) else None


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
