"""What a test can do with the events of its sandbox: receive them, wait for them, make them, and have them go wrong."""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, TypeVar, Unpack
from urllib.parse import quote, urlencode

import msgspec

from mockserver.client.hints import in_python
from mockserver.client.sandbox_ref import SandboxRef
from mockserver.control.events import EventRow, EventsMade
from mockserver.control.webhooks import DeliveryRow, EndpointRow, known_types
from mockserver.errors import ConfigurationError, MockServerError
from mockserver.http.in_process import call
from mockserver.webhooks import How

Application = Callable[..., Any]
Kind = TypeVar("Kind")


class RefusedError(MockServerError):
    """The mock says no to what a test asks of it, and what would do."""


class Happening(TypedDict, total=False):
    """What an event is about.

    Keys:
        object: the id of what it happens to; absent: something new.
        how: what goes wrong with its deliveries; absent: nothing.
        delay: how late a delayed one is, such as `1h` of the sandbox's clock.
    """

    object: str
    how: How
    delay: str


class Webhooks:
    """The events of one sandbox, and those who are told of them."""

    def __init__(self, seat: SandboxRef, secret: str) -> None:
        self._seat = seat
        self._secret = secret

    @property
    def secret(self) -> str:
        """What deliveries are signed with: the secret of the latest endpoint; as long as there is none, what it will be."""
        endpoints = self._seat.sandbox.state.endpoints
        return endpoints[-1].secret if endpoints else self._secret

    def collect(self, *types: str, secret: str | None = None) -> EndpointRow:
        """Have events kept as they would be sent, signed, without a receiver; without types, all of them.

        account.webhooks.collect()
        """
        return self._add({"events": list(types), "secret": secret or self._secret})

    def register(self, url: str, *types: str, secret: str | None = None) -> EndpointRow:
        """Have events sent to a URL of this machine.

        Raises: RefusedError for a URL elsewhere.
        """
        return self._add({"url": url, "events": list(types), "secret": secret or self._secret})

    def connect(self, app: Application, *types: str, path: str = "/", secret: str | None = None) -> str:
        """Have events handed to an ASGI or WSGI application of this process; return the endpoint's id.

        It is called in a thread of its own as soon as something happens; `wait_for` and `flush` wait for what it answers. An
        ASGI application runs in an event loop of its own for each call; its lifespan is left to the test.
        path: where the application takes webhooks, percent-encoded.

            account.webhooks.connect(my_app, path="/hooks/payments", secret="whsec_x")

        Raises: RefusedError for types that there are not; ConfigurationError for a path that does not begin with `/`.
        """
        self._check(types)
        if not path.startswith("/"):
            raise ConfigurationError(f"{path!r} is no path", where="webhooks.connect", hint=f'write path="/{path}"')
        with self._seat.mock.lock:
            sender, secret = self._seat.app.webhook_sender, secret or self._secret
            return sender.connect(self._seat.sandbox, app, secret=secret, events=types, path=path).id

    def rotate(self, endpoint: str, secret: str) -> EndpointRow:
        """Give an endpoint another secret; the old one is remembered, for deliveries that are signed with it on purpose."""
        return self._ask("PATCH", f"webhooks/{quote(endpoint, safe='')}", EndpointRow, {"secret": secret})

    @property
    def events(self) -> Sequence[EventRow]:
        """What happened, whether or not anybody is told of it, the oldest first."""
        return self._ask("GET", "events", list[EventRow])

    @property
    def deliveries(self) -> Sequence[DeliveryRow]:
        """What was sent, is on its way, or waits to be sent, the oldest first."""
        return self._ask("GET", "webhooks/deliveries", list[DeliveryRow])

    def wait_for(self, event_type: str | None = None, *, about: str | None = None, timeout: float = 5) -> DeliveryRow:
        """Return the first delivery of such an event, as soon as it has its outcome.

        about: the id of what it happened to. timeout: seconds of real time. What is due later, by the sandbox's clock, comes
        only as that clock advances.

            delivery = account.webhooks.wait_for("payment.succeeded")
            assert delivery.answer == 200

        Raises: AssertionError, with what came instead; RefusedError for a type that there is not.
        """
        __tracebackhide__ = True
        self._check([event_type] if event_type else [])
        wanted = {"type": event_type, "object": about, "wait": timeout}
        query = urlencode({name: value for name, value in wanted.items() if value is not None})
        found = [each for each in self._ask("GET", f"webhooks/deliveries?{query}", list[DeliveryRow]) if _is_over(each)]
        if not found:
            raise AssertionError(self._missing(event_type, timeout))
        return found[0]

    def flush(self, timeout: float = 15) -> bool:
        """Wait until all that is due was sent and answered, for so many seconds of real time; return whether it was."""
        return self._seat.app.webhook_sender.flush(self._seat.sandbox, timeout)

    def send(self, event_type: str, **happening: Unpack[Happening]) -> EventsMade:
        """Make something happen, and have its deliveries go wrong if that is wanted.

            account.webhooks.send("payment.refunded", object=payment.id)
            account.webhooks.send("payment.succeeded", how="bad-signature")

        Raises: RefusedError if there is no such event, or it cannot happen to the object.
        """
        return self._ask("POST", "events", EventsMade, {"type": event_type, **happening})

    def replay(self, number: int) -> DeliveryRow:
        """Send the event of a delivery once more."""
        return self._ask("POST", f"webhooks/deliveries/{number}/replay", DeliveryRow)

    def _check(self, types: Sequence[str]) -> None:
        """Raise RefusedError for the first type of event that no provider has."""
        known = known_types(self._seat.mock)
        for each in types:
            if each not in known:
                raise RefusedError(f"there is no event type {each!r}", hint=f"choose {', '.join(known)}")

    def _add(self, endpoint: dict[str, Any]) -> EndpointRow:
        return self._ask("POST", "webhooks", EndpointRow, endpoint)

    def _ask(self, method: str, path: str, kind: type[Kind], body: Any = None) -> Kind:
        """Ask the control API within the process.

        Raises: RefusedError.
        """
        content = b"" if body is None else msgspec.json.encode(body)
        reply = call(self._seat.app, method, f"/@{self._seat.name}/_mock/{path}", body=content)
        if reply.status >= 400:
            raise RefusedError(in_python(reply.json()["detail"]))
        return msgspec.json.decode(reply.body, type=kind)

    def _missing(self, event_type: str | None, timeout: float) -> str:
        wanted = f"a delivery of {event_type}" if event_type else "any delivery"
        if not self._seat.sandbox.state.endpoints:
            return f"expected {wanted}, but nobody receives any; call collect(), connect(app) or register(url) first"
        came = [f"  {each.number}: {each.type} for {each.object}, {each.status}" for each in self.deliveries]
        return "\n".join([f"expected {wanted} within {timeout:g} s", "came:" if came else "came nothing", *came])


def _is_over(delivery: DeliveryRow) -> bool:
    return delivery.status not in ("waiting", "sending")
