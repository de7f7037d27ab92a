"""What tests of the catalogue share: an application as a service under check, and every behaviour of every provider."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx
import pytest

from mockserver.catalogue import Behaviour
from mockserver.catalogue.client import Api, ApiResponse, Send
from mockserver.client.transport import MockTransport
from mockserver.exchange import Exchange
from mockserver.http.app import App
from mockserver.providers import PROVIDERS, Provider
from mockserver.state.sandbox import DEFAULT
from tests.conftest import BASE

MARKER = "marked-by-a-check"


every_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=[provider.name for provider in PROVIDERS])


def every_behaviour() -> list[Any]:
    """Return provider and behaviour as the parameters of a test."""
    return [pytest.param(each, behaviour, id=behaviour.name) for each in PROVIDERS for behaviour in each.catalogue().behaviours]


def failing(provider: Provider, check: Callable[[Behaviour], object]) -> dict[str, str]:
    """Return behaviour → error for each behaviour of the provider for which the check raises one."""
    failed = {}
    for behaviour in provider.catalogue().behaviours:
        try:
            check(behaviour)
        except Exception as error:
            failed[behaviour.name] = f"{type(error).__name__}: {error}"
    return failed


def send_to(app: App) -> Send:
    """Return what sends requests to the application, in this process."""
    client = httpx.Client(transport=MockTransport(app))

    def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        response = client.request(method, url, headers=headers, content=body)
        return ApiResponse(
            response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content
        )

    return send


def api_of(app: App, provider: Provider, *, send: Send | None = None, sandbox: str = "") -> Api:
    """Return the application as a service under check, with a key that the provider issued for the sandbox."""
    key = app.mock.sandboxes.get(sandbox or DEFAULT).keys[provider.name]
    return Api(send or send_to(app), f"{BASE}/@{sandbox}" if sandbox else BASE, key, marker=MARKER)


def run(behaviour: Behaviour, app: App, provider: Provider, *, send: Send | None = None, sandbox: str = "") -> None:
    """Check the behaviour on the application, clean-up included."""
    with api_of(app, provider, send=send, sandbox=sandbox) as api:
        behaviour.check(api)


def exchanges_of(app: App) -> list[Exchange]:
    """Return what happened so far in the default sandbox."""
    return list(app.mock.sandboxes.get(DEFAULT).journal)


def strangers(provider: Provider, exchanges: Iterable[Exchange]) -> list[tuple[str, str]]:
    """Return the assumptions on which answers leaned although they are not about the operation, each with the operation."""
    about = {each.key: each.operations for each in provider.assumptions}
    leaned = {(key, exchange.operation) for exchange in exchanges for key in exchange.assumed}
    return sorted((key, operation) for key, operation in leaned if about[key] and operation not in about[key])
