"""What tests of `verify` share: catalogues of one's own, a run that waits for nothing, and services of every kind."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx

from mockserver.catalogue import Assumption, Behaviour, Catalogue
from mockserver.catalogue.catalogue import Observer
from mockserver.catalogue.client import Api
from mockserver.client.transport import MockTransport
from mockserver.http.app import App
from mockserver.providers import PROVIDERS, Provider
from mockserver.state.sandbox import DEFAULT
from mockserver.verify.interruption import Interruption
from mockserver.verify.outcome import Result, VerifyReport
from mockserver.verify.run import VerifyOptions, verify
from tests.conftest import BASE

BY_NAME = {provider.name: provider for provider in PROVIDERS}
VEXUTOPIA = BY_NAME["vexutopia"]
MARK = "the-mark"
KEYS = {"spoonity": "a-key-of-the-customer-page", "vexutopia": "vex_test_0123456789abcdef"}


class Hurried(Interruption):
    """Waits for nothing, and remembers for how long it should have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float, *, to_the_end: bool) -> None:
        self.check(to_the_end=to_the_end)
        if seconds > 0:
            self.waits.append(seconds)


def behaviour(check: Callable[[Api], object], name: str = "vexutopia.test.statement", **only_with: str) -> Behaviour:
    """Return a behaviour of the check; what it needs has the hyphens of its keys as underscores."""
    needs = {f"vexutopia.{key.replace('_', '-')}": choice for key, choice in only_with.items()}

    def do(api: Api) -> None:
        check(api)

    return Behaviour(name, "It does so.", "A page", "vexutopia.listCustomers", do, lambda _exchange: False, needs)


def provider_of(
    *behaviours: Behaviour, provider: Provider = VEXUTOPIA, assumptions: Sequence[Assumption] = (), **catalogue: Any
) -> Provider:
    """Return the provider with a catalogue of one's own, its cleanup but for what is given."""
    given = {"cleanup": provider.catalogue().cleanup, **catalogue}
    return replace(provider, assumptions=assumptions, catalogue=lambda: Catalogue(behaviours, **given))


def observing(provider: Provider, *observers: Observer, **catalogue: Any) -> Provider:
    """Return the provider with these observers."""
    return replace(
        provider,
        assumptions=tuple(each.assumption for each in observers),
        catalogue=lambda: Catalogue(provider.catalogue().behaviours, observers=observers, **catalogue),
    )


def run(provider: Provider, transport: httpx.BaseTransport | App, **order: Any) -> VerifyReport:
    """Run the provider's catalogue against a service in this process."""
    interruption = order.pop("interruption", None) or Hurried()
    listener = order.pop("listener", None)
    reached = MockTransport(transport) if isinstance(transport, App) else transport
    given = {"url": BASE, "token": key_of(provider, transport), **order}
    return verify(VerifyOptions(provider=provider, **given), transport=reached, interruption=interruption, listener=listener)


def key_of(provider: Provider, transport: httpx.BaseTransport | App) -> str:
    """Return a key that the mock behind the transport issued, or any where there is none."""
    app = transport.app if isinstance(transport, Between) else transport
    return app.mock.sandboxes.get(DEFAULT).keys[provider.name] if isinstance(app, App) else KEYS[provider.name]


def result_of(check: Callable[[Api], object], transport: httpx.BaseTransport | App, **order: Any) -> Result:
    """Return what becomes of a behaviour with this check."""
    return run(provider_of(behaviour(check)), transport, **order).behaviours[0]


def create(api: Api) -> str:
    """Create a customer and forget about it."""
    made = api.call("POST", "/v1/customers", json={"email": f"{api.unique()}@example.com"}).expect(201).json
    return str(made["id"])


class Between(httpx.BaseTransport):
    """Stands between a run and the mock; `answer` gets the request and what sends it on."""

    def __init__(self, app: App, answer: Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]) -> None:
        self.app = app
        self._next = MockTransport(app)
        self._answer = answer
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._answer(request, lambda: self._next.handle_request(request))


def records(app: App, provider: Provider) -> dict[str, Any]:
    """Return id → record of everything that the provider shows of the default sandbox."""
    sandbox = app.mock.sandboxes.get(DEFAULT)
    kinds = [kind for kind in provider.kinds if kind.schema]
    return {record.id: record for kind in kinds for record in sandbox.records(kind)}


def plain(status: str, body: str = "", *headers: str) -> bytes:
    """Return an HTTP reply as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", body]).encode()


@contextmanager
def listening(reply: bytes | Callable[[socket.socket], None], *, after: bytes = b"\r\n\r\n") -> Iterator[str]:
    """Give the address of a service that answers every connection with these bytes, or in this way.

    after: what the client has to say first.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, reply, after), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(server: socket.socket, reply: bytes | Callable[[socket.socket], None], after: bytes) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(5)
            try:
                while after not in connection.recv(65_536):
                    pass
                if isinstance(reply, bytes):
                    connection.sendall(reply)
                else:
                    reply(connection)
            except OSError:
                continue
