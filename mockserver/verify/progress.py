"""Says how a run goes on: a line for each behaviour that is done and, on a terminal, one that is written over again."""

from collections.abc import Callable, Iterable
from shutil import get_terminal_size
from typing import TextIO

from mockserver.verify import lines
from mockserver.verify.outcome import Result, Seen
from mockserver.verify.run import RunListener

_CLEAR = "\r\x1b[2K"


class Progress(RunListener):
    """Speaks to whoever waits for the run.

    say: prints a line.
    announcement: what to say when the first look found the service.
    terminal: where the line stands that is written over again; None if nobody would see it.
    is_told: whether a behaviour's outcome is worth a line.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        terminal: TextIO | None,
        announcement: Iterable[str],
        is_told: Callable[[Result], bool],
    ) -> None:
        self._say = say
        self._announcement = announcement
        self._terminal = terminal
        self._is_told = is_told
        self._steps = 0
        self._done = 0

    def begin(self, steps: int) -> None:
        """Announce the run of so many checks."""
        self._steps = steps
        for line in self._announcement:
            self._say(line)

    def start(self, name: str) -> None:
        """Show which check runs."""
        if self._terminal is not None:
            text = f"{self._done + 1}/{self._steps} {name}"
            self._terminal.write(f"{_CLEAR}{text[: get_terminal_size().columns - 1]}")
            self._terminal.flush()

    def saw(self, _seen: Seen) -> None:
        """Count an assumption's question; the table of them comes at the end."""
        self._done += 1

    def checked(self, result: Result) -> None:
        """Print what became of a behaviour."""
        self._done += 1
        if self._is_told(result):
            self.clear()
            for line in lines.of_result(result):
                self._say(line)

    def clear(self) -> None:
        """Take the line away that is written over again."""
        if self._terminal is not None:
            self._terminal.write(_CLEAR)
            self._terminal.flush()
