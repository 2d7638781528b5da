"""Processes remembered across runs: by pid and start time, since a pid may be another program's by now."""

import time
from dataclasses import dataclass
from typing import Self

import psutil

# The kernel counts start times in ticks since boot, and the clock may be set in between.
SAME_START_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class ProcessId:
    """One process; `created` is its start in seconds since the epoch."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """psutil.NoSuchProcess when it is gone already."""
        return cls(pid=pid, created=psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """The process while it lives; None when it has ended, or when its pid belongs to another one."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < SAME_START_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def end(self, *, grace_seconds: float) -> None:
        """Ask it to end, wait, and kill it when it does not. Nothing happens to another process."""
        process = self.find()
        if process is None:
            return
        try:
            process.terminate()
            if not self.wait(grace_seconds):
                process.kill()
                self.wait(grace_seconds)
        except psutil.NoSuchProcess:
            return

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, at the latest after so many seconds; it need not be a child."""
        deadline = time.monotonic() + seconds
        while self.find() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True
