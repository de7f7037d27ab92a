"""Receive, await and trigger the events of a sandbox."""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, TypeVar, Unpack
from urllib.parse import quote, urlencode

import msgspec

from mockserver.client.hints import in_python
from mockserver.client.sandbox import SandboxRef
from mockserver.control.events import EventRow, EventsMade
from mockserver.control.webhooks import DeliveryRow, EndpointRow, known_types
from mockserver.errors import ConfigurationError, MockServerError
from mockserver.http.in_process import call
from mockserver.webhooks import How

Application = Callable[..., Any]
Kind = TypeVar("Kind")


class RefusedError(MockServerError):
    """The mock refuses a call of a test."""


class EventOptions(TypedDict, total=False):
    """Options of an event.

    Keys:
        object: id of the object; default: a new object.
        how: how its deliveries go wrong; default: not at all.
        delay: delay of a late delivery, such as `1h` of the sandbox's clock.
    """

    object: str
    how: How
    delay: str


class Webhooks:
    """The events, webhook endpoints and deliveries of one sandbox."""

    def __init__(self, sandbox_ref: SandboxRef, secret: str) -> None:
        self._ref = sandbox_ref
        self._secret = secret

    @property
    def secret(self) -> str:
        """Signing secret of the latest endpoint, else of the next one."""
        endpoints = self._ref.sandbox.state.endpoints
        return endpoints[-1].secret if endpoints else self._secret

    def collect(self, *types: str, secret: str | None = None) -> EndpointRow:
        """Keep signed deliveries instead of sending them. Without types: of all events.

        account.webhooks.collect()
        """
        return self._add({"events": list(types), "secret": secret or self._secret})

    def register(self, url: str, *types: str, secret: str | None = None) -> EndpointRow:
        """Send events to a URL of this machine, or raise RefusedError."""
        return self._add({"url": url, "events": list(types), "secret": secret or self._secret})

    def connect(self, app: Application, *types: str, path: str = "/", secret: str | None = None) -> str:
        """Send events to an ASGI or WSGI application; return the endpoint's id.

        It is called in a thread of its own; `wait_for` and `flush` wait for its answer. An ASGI application gets a new event
        loop for each call; the test runs its lifespan.
        path: of the application's webhook endpoint, percent-encoded.

            account.webhooks.connect(my_app, path="/hooks/payments", secret="whsec_x")

        Raises: RefusedError for unknown types; ConfigurationError for a path that does not start with `/`.
        """
        self._check(types)
        if not path.startswith("/"):
            hint = f'write path="/{path}"'
            raise ConfigurationError(f"path must start with /, got {path!r}", where="webhooks.connect", hint=hint)
        with self._ref.mock.lock:
            sender, secret = self._ref.app.webhook_sender, secret or self._secret
            return sender.connect(self._ref.sandbox, app, secret=secret, events=types, path=path).id

    def rotate(self, endpoint: str, secret: str) -> EndpointRow:
        """Change an endpoint's secret; `how="old-secret"` signs with the one before."""
        return self._ask("PATCH", f"webhooks/{quote(endpoint, safe='')}", EndpointRow, {"secret": secret})

    @property
    def events(self) -> Sequence[EventRow]:
        """All events, sent or not, oldest first."""
        return self._ask("GET", "events", list[EventRow])

    @property
    def deliveries(self) -> Sequence[DeliveryRow]:
        """All deliveries, sent or waiting, oldest first."""
        return self._ask("GET", "webhooks/deliveries", list[DeliveryRow])

    def wait_for(self, event_type: str | None = None, *, about: str | None = None, timeout: float = 5) -> DeliveryRow:
        """Wait for a finished delivery of such an event; return it.

        about: id of the object. timeout: seconds of real time. Deliveries that are due later are sent when the sandbox's clock
        advances.

            delivery = account.webhooks.wait_for("payment.succeeded")
            assert delivery.answer == 200

        Raises: AssertionError that lists the deliveries; RefusedError for an unknown type.
        """
        __tracebackhide__ = True
        self._check([event_type] if event_type else [])
        wanted = {"type": event_type, "object": about, "wait": timeout}
        query = urlencode({name: value for name, value in wanted.items() if value is not None})
        for each in self._ask("GET", f"webhooks/deliveries?{query}", list[DeliveryRow]):
            if each.status not in ("waiting", "sending"):
                return each
        raise AssertionError(self._missing(event_type, timeout))

    def flush(self, timeout: float = 15) -> bool:
        """Wait until all due deliveries are answered; return whether they are."""
        return self._ref.app.webhook_sender.flush(self._ref.sandbox, timeout)

    def send(self, event_type: str, **options: Unpack[EventOptions]) -> EventsMade:
        """Trigger an event; `how` makes its deliveries go wrong.

            account.webhooks.send("payment.refunded", object=payment.id)
            account.webhooks.send("payment.succeeded", how="bad-signature")

        Raises: RefusedError if there is no such event, or the object cannot have it.
        """
        return self._ask("POST", "events", EventsMade, {"type": event_type, **options})

    def replay(self, number: int) -> DeliveryRow:
        """Send the event of a delivery again."""
        return self._ask("POST", f"webhooks/deliveries/{number}/replay", DeliveryRow)

    def _check(self, types: Sequence[str]) -> None:
        """Raise RefusedError for an unknown event type."""
        known = known_types(self._ref.mock)
        for each in types:
            if each not in known:
                raise RefusedError(f"unknown event type {each!r}", hint=f"choose {', '.join(known)}")

    def _add(self, endpoint: dict[str, Any]) -> EndpointRow:
        return self._ask("POST", "webhooks", EndpointRow, endpoint)

    def _ask(self, method: str, path: str, kind: type[Kind], body: Any = None) -> Kind:
        """Call the control API, or raise RefusedError."""
        content = b"" if body is None else msgspec.json.encode(body)
        reply = call(self._ref.app, method, f"/@{self._ref.name}/_mock/{path}", body=content)
        if reply.status >= 400:
            raise RefusedError(in_python(reply.json()["detail"]))
        return msgspec.json.decode(reply.body, type=kind)

    def _missing(self, event_type: str | None, timeout: float) -> str:
        wanted = f"a delivery of {event_type}" if event_type else "any delivery"
        if not self._ref.sandbox.state.endpoints:
            return f"expected {wanted}, but no endpoint is registered; call collect(), connect(app) or register(url) first"
        came = [f"  {each.number}: {each.type} for {each.object}, {each.status}" for each in self.deliveries]
        return "\n".join([f"expected {wanted} within {timeout:g} s", "got:" if came else "got none", *came])
