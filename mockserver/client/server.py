"""`mockserver.running()`: the mock in this process."""

import os
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, Unpack

from mockserver.app import AppOptions, Fixture, SandboxOptions, asgi_app, check_keywords, settings_of
from mockserver.client.hints import hints_in_python
from mockserver.client.sandbox import SandboxRef
from mockserver.errors import ConfigurationError
from mockserver.providers.accounts import Accounts
from mockserver.state import State
from mockserver.state.fixtures import Settings
from mockserver.state.sandbox import DEFAULT

Hashable = tuple[Any, ...]

MAX_STATES = 64
"""Number of initial states to cache for sandboxes with equal options."""


class ServerOptions(AppOptions, total=False):
    """Options of `running`.

    Keys:
        host, port: where to listen; port 0 finds a free one.
    """

    host: str
    port: int


class Server:
    """The mock in this process; `app` is its ASGI application.

    It opens no port and starts no thread until `url` is read.
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
        """Base URL of the mock; starts the server in a thread.

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
        """The sandbox of requests that select none."""
        return self._accounts(DEFAULT)

    def sandbox(self, name: str | None = None, **options: Unpack[SandboxOptions]) -> Accounts:
        """Make a sandbox, and return its accounts.

            with mockserver.running() as server:
                accounts = server.sandbox(fixture="empty", clock="frozen")

        name: None: a generated name.
        Raises: TakenNameError, BadNameError, LimitError, FixtureError, UnknownChoiceError; ConfigurationError for a fixture
            that does not exist.
        """
        check_keywords(options, SandboxOptions)
        with self.app.mock.lock, hints_in_python():
            state, hook = self._initial_state(options), None
            if options.get("faults"):
                from mockserver.control.faults import arming

                hook = arming(options["faults"], self.app.mock)
            made = self.app.mock.sandboxes.create(name, state, journal_limit=options.get("journal_limit"), hook=hook)
        return self._accounts(made.name)

    def close(self) -> None:
        """Stop the server. Calls within the process still work."""
        self._is_closed = True
        self._stack.close()

    def _accounts(self, name: str) -> Accounts:
        return Accounts(SandboxRef(self.app, name, lambda: self.url))

    def _initial_state(self, options: SandboxOptions) -> State | None:
        """Return the sandbox's initial state; None for that of the mock."""
        if not options:
            return None
        mock, common = self.app.mock, self.app.mock.settings
        own = settings_of(options)
        if options.keys() <= {"faults", "journal_limit"}:
            return None
        fixtures = own.fixture if options.get("fixture") is not None else None
        choices = {**common.assume, **own.assume}
        seed, clock, now = (getattr(common if options.get(name) is None else own, name) for name in ("seed", "clock", "now"))
        key = (fixtures, _versions(fixtures or ()), seed, clock, now, tuple(sorted(choices.items())))
        if key not in self._states:
            mock.choices(choices, where="assume")
            if len(self._states) >= MAX_STATES:
                self._states.clear()
            self._states[key] = mock.state(fixtures, Settings(seed, clock, now, choices))
        return self._states[key]


def running(**options: Unpack[ServerOptions]) -> Server:
    """Return the mock, running in this process until its `with` block ends.

        with mockserver.running() as server:
            account = server.sandbox()

    Without `with`, as in a notebook, `close()` ends it. The default clock is `step`.
    Raises: MockServerError for invalid options.
    """
    return Server(**options)


def _versions(fixtures: Sequence[Fixture]) -> Hashable:
    """Return times and sizes of the files."""
    stats = [os.stat(each) for each in fixtures if os.path.isfile(each)]  # noqa: PTH113, PTH116 - they take any text
    return tuple((each.st_mtime_ns, each.st_size) for each in stats)
