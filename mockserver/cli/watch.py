"""Reads contract, fixtures and assumptions again when one of them changes."""

import asyncio
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from mockserver import documents
from mockserver.cli.setup import setup
from mockserver.cli.terminal import say
from mockserver.mock import Mock, fixture_path

INTERVAL_S = 1.0

Look = Mapping[Path, tuple[int, int] | None]
"""File → its time of change and its size; None if it is not there."""


class Watch:
    """Keeps a mock up to date with the files that it was made of."""

    def __init__(self, mock: Mock, values: Namespace, report: Callable[[str], None] = say) -> None:
        self._mock = mock
        self._values = values
        self._report = report
        self._files = _files(mock, values)
        self._seen = self._look()

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            self.check()

    def check(self) -> None:
        """Look once; read everything again if a file changed, and report that, or what is wrong with it."""
        look = self._look()
        changed = [path for path in self._files if look[path] != self._seen[path]]
        self._seen = look
        if not changed:
            return
        names = ", ".join(path.name for path in changed)
        try:
            self._mock.reload(replace(self._mock.setup, **setup(self._values)))
        except Exception as error:  # an edit can be wrong in more ways than we know; the mock goes on all the same
            self._report(f"{names} changed, nothing is reloaded: {error}")
        else:
            self._report(f"{names} changed, reloaded; every sandbox begins anew")

    def _look(self) -> Look:
        return {path: _stamp(path) for path in self._files}


def _files(mock: Mock, values: Namespace) -> list[Path]:
    contract = mock.setup.contract or documents.packaged("openapi.yaml")
    fixtures = [fixture_path(name) for name in values.fixture]
    return [contract, *fixtures, *([values.assumptions] if values.assumptions else [])]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
