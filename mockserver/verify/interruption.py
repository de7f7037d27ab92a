"""Handle Ctrl-C and termination signals during a run.

The first signal stops the run at the next safe point, then everything is cleaned up. The second ends the cleanup too.
A handler that raised at once could lose the record of a creation.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mockserver.state.clock import stopwatch_us

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
_LOOK_S = 0.05
_PAUSE = threading.Event()


class Interrupted(BaseException):
    """The run was asked to stop."""


class Abandoned(BaseException):
    """The run was asked to stop again; the cleanup ends too."""


class Interruption:
    """Signals received so far."""

    def __init__(self) -> None:
        self._count = 0
        self._heeded = True

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Handle signals within the context; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.notice) for each in SIGNALS}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def notice(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Count a signal.

        Raises: Abandoned for the second one.
        """
        self._count += 1
        if self._count == 2 and self._heeded:
            raise Abandoned

    def close(self) -> None:
        """Ignore signals from now on."""
        self._heeded = False

    def check(self, *, to_the_end: bool) -> None:
        """Raise Interrupted after a first signal, Abandoned after a second.

        to_the_end: a first signal is ignored.
        """
        if self._heeded and self._count >= 2:
            raise Abandoned
        if self._heeded and self._count and not to_the_end:
            raise Interrupted

    def wait(self, seconds: float, *, to_the_end: bool) -> None:
        """Let time pass.

        Raises: Interrupted and Abandoned as `check` does, as soon as it does.
        """
        until = stopwatch_us() + seconds * 1_000_000
        while (left := until - stopwatch_us()) > 0:
            self.check(to_the_end=to_the_end)
            _PAUSE.wait(min(left / 1_000_000, _LOOK_S))
