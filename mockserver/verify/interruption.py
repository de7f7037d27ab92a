"""Ctrl-C and its like, while records of a run lie in somebody's account.

The first signal asks the run to stop: it is heeded where nothing is half done, and then everything is cleaned up. The
second ends the clean-up as well. A handler that raised at once would fall between a creation and the note of it.
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
    """The run was asked a second time, so the clean-up ends where it stands."""


class Interruption:
    """What signals asked for so far."""

    def __init__(self) -> None:
        self._count = 0
        self._heeded = True

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take signals for as long as the context lasts; outside the main thread there are none to take."""
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
        """Ignore signals from here on: only what was found is still to be said."""
        self._heeded = False

    def check(self, *, to_the_end: bool) -> None:
        """Raise Interrupted if the run was asked to stop, unless it is `to_the_end` of something; Abandoned if it was twice."""
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
