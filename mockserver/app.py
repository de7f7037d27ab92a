"""Build an application: the mock, its HTTP side and its control API."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import msgspec

from mockserver.conversion import mismatch_of
from mockserver.errors import ConfigurationError
from mockserver.http.app import App
from mockserver.mock import Mock, MockSettings
from mockserver.providers import Provider, find_providers
from mockserver.state.clock import Mode, instant
from mockserver.webhooks import Endpoint

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp

Fixture = str | Path

EXAMPLES = {
    "fixture": 'fixture="empty"',
    "seed": "seed=7",
    "clock": 'clock="frozen"',
    "assume": 'assume={"KEY": "CHOICE"}',
    "faults": 'faults=["flaky", {"kind": "drop", "first": 1}]',
    "contract": 'contract="openapi.yaml"',
    "public_url": 'public_url="https://mock.example"',
    "journal_limit": "journal_limit=100",
    "intercept": 'intercept=True or intercept="strict"',
    "strict": "strict=True",
    "ignore": 'ignore=["undeclared"]',
}
"""Keyword, also of the pytest marker → how to write it; default: as its default."""


class SandboxOptions(TypedDict, total=False):
    """Options of a sandbox; defaults are the mock's.

    Keys:
        fixture: scenario or file, or several; later ones add to earlier ones.
        seed: seed of ids and generated records.
        clock: `step` advances by a second with each exchange, `frozen` never, `real` with the machine.
        now: start of the clock, an ISO 8601 timestamp or a datetime.
        assume: assumption → choice.
        faults: presets, and faults as `POST /_mock/faults` takes them, armed at the start and after each reset.
        journal_limit: number of exchanges that the sandbox remembers.
    """

    fixture: Fixture | Sequence[Fixture] | None
    seed: int | None
    clock: Mode | None
    now: str | datetime | None
    assume: Mapping[str, str]
    faults: Sequence[str | Mapping[str, Any]]
    journal_limit: int | None


class AppOptions(SandboxOptions, total=False):
    """Options of an application.

    Keys:
        providers: providers or their names; default: the built-in ones.
        contract: an OpenAPI file for all providers; default: each its own.
        endpoints: webhook endpoints of each new sandbox.
        check_replies: compare each reply with the contract before it is sent.
        max_sandboxes, max_snapshots, max_records: limits; more are refused.
        latency_ms: delay of each provider's reply.
        public_url: base URL of links; default: the client's.
        max_body: bytes of a request to a provider.
        allow_hosts, allow_origins: extra Host and Origin values accepted on `/_mock`.
        allow_webhook_hosts: hosts, beside loopback, that webhooks may go to.
        raise_errors: raise the mock's own errors instead of answering 500; for tests.
    """

    providers: str | Provider | Iterable[str | Provider] | None
    contract: str | Path | None
    endpoints: Sequence[Endpoint]
    check_replies: bool
    max_sandboxes: int
    max_snapshots: int
    max_records: int
    latency_ms: float
    public_url: str | None
    max_body: int
    allow_hosts: Collection[str]
    allow_origins: Collection[str]
    allow_webhook_hosts: Collection[str]
    raise_errors: bool


def create_app(**options: Unpack[AppOptions]) -> "Starlette":
    """Return a Starlette application that plays the providers.

    It can be mounted, takes middleware and further routes, and has the mock in `app.state.mock`.
    Raises: MockServerError if the options do not fit together, or webhooks may not go where they would.
    """
    from mockserver.http.routes import starlette_app

    return starlette_app(asgi_app(**options))


def asgi_app(**options: Unpack[AppOptions]) -> App:
    """Return the bare ASGI application that `create_app` wraps; it is faster."""
    app = App(Mock(settings_of(options)), _control)
    if app.mock.settings.faults:
        from mockserver.control.faults import arming

        app.mock.sandboxes.add_start_hook(arming(app.mock.settings.faults, app.mock))
    for sandbox in app.mock.sandboxes:
        for endpoint in sandbox.state.endpoints:
            app.webhook_sender.check_target(sandbox, endpoint.url, where=endpoint.id)
    return app


def settings_of(options: Mapping[str, object]) -> MockSettings:
    """Return the options as settings of a mock.

    Raises: ConfigurationError for an unknown keyword or provider, and for a value that the option cannot have.
    """
    check_keywords(options, AppOptions)
    given = {name: option_of(name, value) for name, value in options.items() if value is not None}
    return MockSettings(**{"providers": find_providers()} | given)


def option_of(name: str, value: Any) -> Any:
    """Return an option's value as the settings have it."""
    readers: Mapping[str, Callable[[Any], Any]] = {"providers": find_providers, "now": instant, "fixture": _fixtures_of}
    if name in readers:
        return readers[name](value)
    value = Path(value) if name == "contract" and isinstance(value, str) else value
    return convert_option(name, value, MockSettings.__annotations__[name])


def convert_option(name: str, value: Any, kind: Any) -> Any:
    """Convert the value, or raise ConfigurationError with an example."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found = mismatch_of(error, kind, value)
        example = EXAMPLES.get(name) or f"{name}={getattr(MockSettings(()), name)!r}"
        raise ConfigurationError(found.what, where=name + found.path, hint=f"write {example}") from error


def _fixtures_of(fixture: Any) -> tuple[Fixture, ...]:
    several = fixture if isinstance(fixture, (list, tuple)) else (fixture,)
    if wrong := [each for each in several if not isinstance(each, (str, Path))]:
        what = f"must be a scenario or a file, got {wrong[0]!r}"
        raise ConfigurationError(what, where="fixture", hint=f"write {EXAMPLES['fixture']}")
    return tuple(several)


def check_keywords(given: Mapping[str, object], kind: type) -> None:
    """Raise ConfigurationError for a keyword that is not a key of the options."""
    for name in given:
        if name not in kind.__annotations__:
            from difflib import get_close_matches

            near = get_close_matches(name, kind.__annotations__, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(kind.__annotations__)}"
            raise ConfigurationError(f"unknown keyword {name!r}", hint=hint)


def _control(app: App) -> "ASGIApp":
    from mockserver.control import create_control

    return create_control(app)
