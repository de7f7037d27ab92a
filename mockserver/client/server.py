"""`mockserver.running()`: the mock in this process, and behind a port as soon as somebody asks for its address."""

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

from mockserver.app import create_app
from mockserver.client.clock import instant, mode_of
from mockserver.client.hints import told_in_python
from mockserver.client.sandbox_ref import SandboxRef
from mockserver.errors import ConfigurationError
from mockserver.http.app import App, HttpOptions
from mockserver.mock import DEFAULT_FIXTURE
from mockserver.providers import Provider
from mockserver.providers.accounts import Accounts
from mockserver.state import State
from mockserver.state.clock import Mode
from mockserver.state.fixtures import Settings
from mockserver.state.sandbox import DEFAULT

Fixture = str | Path
Hashable = tuple[Any, ...]

MAX_BEGINNINGS = 64
"""States that are kept, so that sandboxes which begin alike are forks and not read again."""


class SandboxOptions(TypedDict, total=False):
    """What a sandbox begins with; what is not said is as the server was told.

    Keys:
        fixture: the name of a packaged scenario, the path of a file, or several of them; later ones add to earlier ones.
        seed: what ids and generated records come from.
        clock: `step` moves by a second with every exchange, `frozen` stands, `real` runs with the machine.
        now: where the clock begins: an ISO 8601 timestamp, or a datetime.
        assume: assumption → choice.
    """

    fixture: Fixture | Sequence[Fixture]
    seed: int
    clock: Mode
    now: str | datetime
    assume: Mapping[str, str]


class ServerOptions(SandboxOptions, total=False):
    """How the mock runs.

    Keys:
        host, port: where it listens once its address is asked for; port 0: any that is free.
        options: how it meets the network.
        check_replies: compare every reply with the contract before it is sent.
        providers: names of providers, or providers themselves; without it, those that come with the package.
        contract: an OpenAPI file for all of them; without it, each has its own.
    """

    host: str
    port: int
    options: HttpOptions
    check_replies: bool
    providers: Iterable[str | Provider]
    contract: Path


class Server:
    """The mock in this process. No port is opened and no thread runs before `url` is asked for.

    Attributes:
        app: the mock as an ASGI application.
    """

    def __init__(self, **how: Unpack[ServerOptions]) -> None:
        _check_words(how, ServerOptions)
        self._where = how.pop("host", "127.0.0.1"), how.pop("port", 0)
        setup: dict[str, Any] = {key: how[key] for key in ("options", "check_replies", "contract") if key in how}
        self._settings = _settings(how, Settings(mode="step"))
        fixtures = _fixtures(how)
        settings = self._settings
        self.app: App = create_app(
            providers=how.get("providers"),
            fixtures=(DEFAULT_FIXTURE,) if fixtures is None else fixtures,
            seed=settings.seed,
            mode=settings.mode,
            now=settings.now,
            assume=settings.choices or {},
            **setup,
        )
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
        _check_words(beginning, SandboxOptions)
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
        fixtures, settings = _fixtures(beginning), _settings(beginning, self._settings)
        choices = settings.choices or {}
        key = (fixtures, _versions(fixtures or ()), settings.seed, settings.mode, settings.now, tuple(sorted(choices.items())))
        if key not in self._states:
            self.app.mock.choices(choices, where="assume")
            if len(self._states) >= MAX_BEGINNINGS:
                self._states.clear()
            self._states[key] = self.app.mock.state(fixtures, settings)
        return self._states[key]


def running(**how: Unpack[ServerOptions]) -> Server:
    """Return the mock, running in this process until its `with` block ends.

        with mockserver.running() as server:
            account = server.sandbox()

    Without `with`, as in a notebook, `close()` ends it. The clock is `step` unless another is asked for.
    Raises: MockServerError if what it is told does not fit together.
    """
    return Server(**how)


def _check_words(given: SandboxOptions | ServerOptions, kind: type[SandboxOptions | ServerOptions]) -> None:
    """Refuse words that nothing would read, which a call by keywords lets through."""
    for name in given:
        if name not in kind.__annotations__:
            near = get_close_matches(name, kind.__annotations__, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(kind.__annotations__)}"
            raise ConfigurationError(f"there is no keyword {name!r}", hint=hint)


def _fixtures(beginning: SandboxOptions | ServerOptions) -> tuple[Fixture, ...] | None:
    fixture = beginning.get("fixture")
    if fixture is None:
        return None
    return (fixture,) if isinstance(fixture, (str, Path)) else tuple(fixture)


def _versions(fixtures: Sequence[Fixture]) -> Hashable:
    """Return what changes when a file of these is written again, as tests and notebooks do."""
    stats = [os.stat(each) for each in fixtures if os.path.isfile(each)]  # noqa: PTH113, PTH116 - they take any text
    return tuple((each.st_mtime_ns, each.st_size) for each in stats)


def _settings(beginning: SandboxOptions | ServerOptions, before: Settings) -> Settings:
    """Return the settings of a sandbox; what it does not say is as before.

    Raises: ConfigurationError.
    """
    now, seed = beginning.get("now"), beginning.get("seed", before.seed)
    if "seed" in beginning and type(seed) is not int:
        raise ConfigurationError(f"{seed!r} is no integer", where="seed", hint="write seed=7")
    return Settings(
        seed=seed,
        mode=mode_of(beginning["clock"]) if "clock" in beginning else before.mode,
        now=before.now if now is None else instant(now),
        choices={**(before.choices or {}), **beginning.get("assume", {})},
    )
