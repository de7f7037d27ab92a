"""`mockserver.running()`: the mock in this process, and behind a port as soon as somebody asks for its address."""

import os
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, Unpack

from mockserver.app import AppOptions, Fixture, SandboxOptions, asgi_app, check_keywords, settings_of
from mockserver.client.hints import told_in_python
from mockserver.client.sandbox_ref import SandboxRef
from mockserver.errors import ConfigurationError
from mockserver.providers.accounts import Accounts
from mockserver.state import State
from mockserver.state.fixtures import Settings
from mockserver.state.sandbox import DEFAULT

Hashable = tuple[Any, ...]

MAX_BEGINNINGS = 64
"""States that are kept, so that sandboxes which begin alike are forks and not read again."""


class ServerOptions(AppOptions, total=False):
    """Options of `running`.

    Keys:
        host, port: where it listens once its address is asked for; port 0: any that is free.
    """

    host: str
    port: int


class Server:
    """The mock in this process. No port is opened and no thread runs before `url` is asked for.

    Attributes:
        app: the mock as an ASGI application.
    """

    def __init__(self, **options: Unpack[ServerOptions]) -> None:
        check_keywords(options, ServerOptions)
        self._where = options.pop("host", "127.0.0.1"), options.pop("port", 0)
        wanted: Any = {"clock": "step", **options}
        self.app = asgi_app(**wanted)
        self._stack = ExitStack()
        self._starting = threading.Lock()
        self._url = ""
        self._is_closed = False
        self._states: dict[Hashable, State] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The mock's base URL; the first who asks starts the server in a thread.

        Raises: ConfigurationError if the port is taken, or the server was closed.
        """
        with self._starting:  # not the mock's lock, which the server may need before it is ready
            if self._is_closed:
                raise ConfigurationError("the mock is closed", hint="use it within its `with` block")
            if not self._url:
                from mockserver.http.server import running_server

                self._url = self._stack.enter_context(running_server(self.app, *self._where)).url
            return self._url

    @property
    def default(self) -> Accounts:
        """The sandbox of requests that name none and whose key was issued for none."""
        return self._accounts(DEFAULT)

    def sandbox(self, name: str | None = None, **beginning: Unpack[SandboxOptions]) -> Accounts:
        """Make a sandbox of its own, and return its accounts.

            with mockserver.running() as server:
                accounts = server.sandbox(fixture="empty", clock="frozen")

        name: None: the mock finds one.
        Raises: TakenNameError, BadNameError, LimitError, FixtureError, UnknownChoiceError; ConfigurationError for a fixture
            that does not exist.
        """
        check_keywords(beginning, SandboxOptions)
        with self.app.mock.lock, told_in_python():
            made = self.app.mock.sandboxes.make(name, self._origin(beginning))
        return self._accounts(made.name)

    def close(self) -> None:
        """End the server's thread, if there is one. What is called in process still answers."""
        self._is_closed = True
        self._stack.close()

    def _accounts(self, name: str) -> Accounts:
        return Accounts(SandboxRef(self.app, name, lambda: self.url))

    def _origin(self, beginning: SandboxOptions) -> State | None:
        """Return what the sandbox begins with; None: what all begin with."""
        if not beginning:
            return None
        mock, common = self.app.mock, self.app.mock.settings
        before: Any = {"seed": common.seed, "clock": common.clock, "now": common.now, "providers": common.providers}
        own = settings_of(before | beginning)
        fixtures = own.fixture if beginning.get("fixture") is not None else None
        choices = {**common.assume, **own.assume}
        key = (fixtures, _versions(fixtures or ()), own.seed, own.clock, own.now, tuple(sorted(choices.items())))
        if key not in self._states:
            mock.choices(choices, where="assume")
            if len(self._states) >= MAX_BEGINNINGS:
                self._states.clear()
            self._states[key] = mock.state(fixtures, Settings(own.seed, own.clock, own.now, choices))
        return self._states[key]


def running(**options: Unpack[ServerOptions]) -> Server:
    """Return the mock, running in this process until its `with` block ends.

        with mockserver.running() as server:
            account = server.sandbox()

    Without `with`, as in a notebook, `close()` ends it. The clock is `step` unless another is asked for.
    Raises: MockServerError if what it is told does not fit together.
    """
    return Server(**options)


def _versions(fixtures: Sequence[Fixture]) -> Hashable:
    """Return what changes when a file of these is written again, as tests and notebooks do."""
    stats = [os.stat(each) for each in fixtures if os.path.isfile(each)]  # noqa: PTH113, PTH116 - they take any text
    return tuple((each.st_mtime_ns, each.st_size) for each in stats)
