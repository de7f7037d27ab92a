"""The state file of `mockserver serve --state`."""

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from mockserver import documents
from mockserver.documents import Document
from mockserver.errors import ConfigurationError, DocumentError
from mockserver.mock import Mock
from mockserver.state import State
from mockserver.state.clock import Clock
from mockserver.state.fixtures import Settings
from mockserver.state.sandbox import DEFAULT

ENDINGS = (".json", ".yaml", ".yml")


class StateFile:
    """A state document, read at the start and written at the end."""

    def __init__(self, path: Path) -> None:
        if path.suffix not in ENDINGS:
            raise ConfigurationError("is neither JSON nor YAML", where=str(path), hint=f"end it in {' or '.join(ENDINGS)}")
        self.path = path
        self.was_there = False

    def load(self, mock: Mock) -> None:
        """Load the file, if any, into the default sandbox; options take precedence.

        Raises: DocumentError or FixtureError if the file is broken, ConfigurationError if it cannot be written later.
        """
        self._write(None)
        if self.path.exists():
            mock.sandboxes.get(DEFAULT).load(self._state(mock))
            self.was_there = True

    def save(self, mock: Mock) -> None:
        """Write the default sandbox's state atomically.

        Raises: ConfigurationError if it cannot be written.
        """
        document = mock.fixtures.dump(mock.sandboxes.get(DEFAULT).state)
        if self.path.suffix == ".json":
            self._write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
        else:
            self._write(documents.to_yaml(document).encode())

    def _state(self, mock: Mock) -> State:
        setup = mock.settings
        state = mock.fixtures.build([self._document()], Settings(seed=setup.seed))
        if setup.clock is not None or setup.now is not None:
            now = state.clock.now() if setup.now is None else setup.now
            state.clock = Clock.starting(setup.clock or state.clock.mode, now)
        state.choices = mock.choices({**state.choices, **setup.assume}, where="assumptions")
        renewed = {endpoint.id for endpoint in setup.endpoints}
        state.endpoints = (*(each for each in state.endpoints if each.id not in renewed), *setup.endpoints)
        return state

    def _document(self) -> Document:
        # Not by way of `documents.read`: what a state says belongs into no cache.
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise DocumentError(f"cannot be read: {error.strerror}", where=str(self.path)) from error
        return Document(documents.parse(content, name=str(self.path)), "", str(self.path))

    def _write(self, content: bytes | None) -> None:
        try:
            _replace(self.path.resolve(), content)
        except OSError as error:
            reason, hint = f"cannot be written: {error.strerror}", "name a file in a folder that can be written to"
            raise ConfigurationError(reason, where=str(self.path), hint=hint) from error


def _replace(path: Path, content: bytes | None) -> None:
    """Replace the file via a temporary file; None: only try one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content or b"")
            file.flush()
            os.fsync(file.fileno())
        if content is not None:
            if path.exists():
                draft.chmod(path.stat().st_mode)
            draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
