"""`mockserver serve`, as far as a test wants it: what it makes of its arguments, the application, or the whole process."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from select import select
from types import SimpleNamespace
from unittest.mock import patch

from mockserver.cli.serve import serve
from mockserver.cli.setup import setup
from mockserver.http.app import App
from tests.conftest import make_app

TIMEOUT_S = 20


def values(*arguments: str, environment: Mapping[str, str] | None = None) -> SimpleNamespace:
    """Return what `serve` reads from these arguments, and from no environment but this."""
    with patch.dict(os.environ, environment or {}, clear=True):
        return SimpleNamespace(**serve.make_context("serve", list(arguments)).params)


def app_of(*arguments: str) -> App:
    """Return the application that `serve` makes of these arguments; its clock stands unless they say otherwise."""
    given = values("--clock", "frozen", *arguments)
    return make_app(**setup(given))


class Served:
    """A running `mockserver serve`.

    Attributes:
        url: its address.
        announced: what it said when it was ready.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.announced = ""
        while "/_mock/" not in self.announced:
            self.announced += self.next_line()
        self.url = self.announced.split()[-1].removesuffix("/_mock/")

    def next_line(self) -> str:
        """Return the next line that it says, as soon as it says it."""
        assert self.process.stdout is not None
        is_there, _, _ = select([self.process.stdout], [], [], TIMEOUT_S)
        assert is_there, "it says nothing more"
        line = self.process.stdout.readline().decode()
        assert line, f"it ended: {self.process.communicate()}"
        return line

    def end(self, signal: int) -> tuple[int, str]:
        """Send the signal, and return the exit code and what was said on standard error."""
        self.process.send_signal(signal)
        _, said = self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode, said.decode()


@contextmanager
def served(*arguments: str, folder: Path | None = None) -> Iterator[Served]:
    """Run `python -m mockserver serve` on a free port, its output read through a pipe; no folder: the one of the tests."""
    command = [sys.executable, "-m", "mockserver", "serve", *arguments, "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, cwd=folder)
    with process:
        try:
            yield Served(process)
        finally:
            process.kill()
