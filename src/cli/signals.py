"""The wish to stop, however it arrives."""

import signal
import threading
from types import FrameType


class StopSignals:
    """Ctrl-C, SIGTERM and a closed terminal, as one wish to stop.

    While `interrupts` is true the first signal raises KeyboardInterrupt, so that a start breaks off at once;
    later ones only set `requested`, so that stopping is never interrupted half-way.
    """

    def __init__(self) -> None:
        self.requested = threading.Event()
        self.interrupts = True
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.requested.set()
        if self.interrupts:
            self.interrupts = False
            raise KeyboardInterrupt
