"""`/_mock/webhooks`: endpoints and deliveries."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.errors import LimitError
from mockserver.exchange import Reply
from mockserver.http.guard import check_target
from mockserver.mock import Mock
from mockserver.providers.provider import WebhookFormat
from mockserver.state import Sandbox
from mockserver.state.clock import iso_milliseconds
from mockserver.state.ids import digest
from mockserver.webhooks import MAX_ENDPOINTS, SECRET_PREFIX, Delivery, Endpoint, Status, free_id

Url = Annotated[str, Meta(description="Where events are sent. Null: they are only collected.")]
Types = Annotated[list[str], Meta(description="The event types to send. Null or empty: all.")]
Secret = Annotated[str, Meta(min_length=1, description="The secret that signs deliveries.")]


class EndpointRow(Struct, frozen=True):
    """A webhook endpoint.

    `rotated`: it had another secret before. A generated secret is shown once, when it is created.
    """

    id: str
    url: Url | None
    events: list[str]
    rotated: bool
    secret: str | UnsetType = UNSET


class EndpointBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A new endpoint, or a change of one: absent fields stay.

    Default secret of a new endpoint: a generated one. A changed secret rotates the old one, which is remembered.
    """

    url: Url | UnsetType | None = UNSET
    secret: Secret | None = None
    events: Types | UnsetType | None = UNSET


def list_endpoints(call: ControlCall) -> Reply:
    """List the sandbox's webhook endpoints, without their secrets."""
    return Reply(200, [_row(endpoint) for endpoint in call.sandbox().state.endpoints])


def add_endpoint(call: ControlCall) -> Reply:
    """Add an endpoint: events are sent to its URL, or collected without one. Reset removes it.

    A URL of another machine is refused unless `serve --allow-webhook-host` names its host.
    """
    body: EndpointBody = call.body
    sandbox = call.sandbox()
    endpoints = sandbox.state.endpoints
    name = free_id(endpoints)
    secret = body.secret or f"{SECRET_PREFIX}{digest(f'{sandbox.state.seed}/{name}', 32)}"
    made = _changed(call, Endpoint(name, "", secret), body)
    if len(endpoints) >= MAX_ENDPOINTS:
        raise LimitError(f"there are {MAX_ENDPOINTS} webhook endpoints", hint="DELETE /_mock/webhooks/ID removes one")
    sandbox.state.endpoints = (*endpoints, made)
    row = _row(made) if body.secret else replace(_row(made), secret=made.secret)
    return Reply(201, row, (("location", f"{call.url}/_mock/webhooks/{name}"),))


def change_endpoint(call: ControlCall) -> Reply:
    """Change an endpoint's URL, secret or event types, from the next delivery on."""
    change: EndpointBody = call.body
    sandbox = call.sandbox()
    endpoint = _changed(call, _find(sandbox, call.path["id"]), change)
    if change.secret is not None and change.secret != endpoint.secret:
        endpoint = replace(endpoint, secret=change.secret, old_secret=endpoint.secret)
    sandbox.state.endpoints = tuple(endpoint if each.id == endpoint.id else each for each in sandbox.state.endpoints)
    return Reply(200, _row(endpoint))


def remove_endpoint(call: ControlCall) -> Reply:
    """Remove an endpoint and its waiting deliveries."""
    sandbox = call.sandbox()
    endpoint = _find(sandbox, call.path["id"])
    sandbox.state.endpoints = tuple(each for each in sandbox.state.endpoints if each.id != endpoint.id)
    sandbox.outbox.drop(endpoint.id, "its endpoint is gone")
    return Reply(204)


def known_types(mock: Mock) -> list[str]:
    """Return the event types of all providers."""
    return [each for provider in mock.pipeline.providers.values() if provider.webhooks for each in provider.webhooks.types]


def webhooks_of(mock: Mock, event_type: str, where: str) -> WebhookFormat:
    """Return the webhooks that have the event type.

    Raises: ControlError that lists the known types.
    """
    for provider in mock.pipeline.providers.values():
        if provider.webhooks and event_type in provider.webhooks.types:
            return provider.webhooks
    known = ", ".join(known_types(mock))
    hint = f"choose {known}" if known else None
    raise ControlError(400, f"unknown event type {event_type[:80]!r}", where=where, hint=hint)


def _row(endpoint: Endpoint) -> EndpointRow:
    return EndpointRow(endpoint.id, endpoint.url or None, list(endpoint.events), bool(endpoint.old_secret))


def _changed(call: ControlCall, endpoint: Endpoint, body: EndpointBody) -> Endpoint:
    """Return the endpoint with the body's URL and event types."""
    if body.url is not UNSET:
        if body.url is not None:
            check_target(body.url, call.mock.settings.allow_webhook_hosts, where="body.url")
        endpoint = replace(endpoint, url=body.url or "")
    if body.events is not UNSET:
        events = tuple(dict.fromkeys(body.events or ()))
        for each in events:
            webhooks_of(call.mock, each, "body.events")
        endpoint = replace(endpoint, events=events)
    return endpoint


def _find(sandbox: Sandbox, name: str) -> Endpoint:
    for endpoint in sandbox.state.endpoints:
        if endpoint.id == name:
            return endpoint
    raise ControlError(404, f"unknown webhook endpoint {name[:80]!r}", hint="GET /_mock/webhooks lists them")


_UNKNOWN = {404: "The sandbox has no endpoint with this id."}


MAX_WAIT_S = 60


class DeliveryRow(Struct, frozen=True):
    """One attempt to send an event to an endpoint.

    `answer` is the receiver's status; null if there was none, and `error` says why. `event_after`, `sent_after` and
    `answered_after` are the latest numbers of the journal when the event happened, was sent and was answered.
    """

    number: int
    event: str
    type: str
    object: str
    endpoint: str
    url: str | None
    attempt: int
    due: str
    status: Status
    how: Annotated[str, Meta(description="What was broken on request. Empty: nothing.")]
    replays: Annotated[int | None, Meta(description="The number of the delivery that this one replays.")]
    headers: dict[str, str]
    body: str
    answer: int | None
    answer_body: str
    error: str
    took_ms: float
    event_after: int
    sent_after: int
    answered_after: int
    assumed: dict[str, str]


class DeliveryQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Filter deliveries."""

    type: str | None = None
    object: str | None = None
    event: str | None = None
    endpoint: str | None = None
    status: Status | None = None
    since: Annotated[int, Meta(ge=0, description="Only deliveries after this number.")] = 0
    wait: Annotated[float, Meta(ge=0, le=MAX_WAIT_S, description="Seconds of real time to wait for a first match.")] = 0


async def list_deliveries(call: ControlCall) -> Reply:
    """List deliveries, oldest first. With `wait`, answer as soon as one matches.

    Unfinished deliveries are listed too, but `wait` waits for a finished one unless `status` is given.
    """
    sandbox, query = call.sandbox(), call.query

    def is_found() -> bool:
        return any(each.is_over or query.status for each in _matching(sandbox, query))

    if query.wait:
        await _wait(call, sandbox, is_found)
    return Reply(200, [row_of(each) for each in _matching(sandbox, query)])


async def _wait(call: ControlCall, sandbox: Sandbox, is_found: Callable[[], bool]) -> None:
    """Wait for a match, the timeout or the server's end."""
    sender, seconds = call.app.webhook_sender, call.query.wait
    if not call.can_wait:
        sender.wait_for_blocking(sandbox, is_found, seconds)
        return
    sender.send_due(sandbox)
    waiting = asyncio.ensure_future(sender.wait_for(sandbox, is_found, seconds))
    call.app.shutdown_callbacks.add(waiting.cancel)
    try:
        await asyncio.wait((waiting,))
    finally:
        call.app.shutdown_callbacks.discard(waiting.cancel)
        waiting.cancel()


def read_delivery(call: ControlCall) -> Reply:
    """Return one delivery."""
    return Reply(200, row_of(_find_delivery(call.sandbox(), call.path["id"])))


def forget_deliveries(call: ControlCall) -> Reply:
    """Clear all events and deliveries, waiting ones included. They count from 1 again."""
    call.sandbox().outbox.clear()
    return Reply(204)


def replay_delivery(call: ControlCall) -> Reply:
    """Send a delivery's event to its endpoint again: now, newly signed, unbroken."""
    sandbox = call.sandbox()
    again = _find_delivery(sandbox, call.path["id"])
    if all(each.id != again.endpoint for each in sandbox.state.endpoints):
        raise ControlError(409, f"the webhook endpoint {again.endpoint!r} no longer exists", hint="POST /_mock/webhooks adds one")
    made = sandbox.outbox.enqueue(
        Delivery(number=0, event=again.event, endpoint=again.endpoint, url=again.url, due=sandbox.now, replays=again.number)
    )
    call.app.webhook_sender.send_due(sandbox)
    return Reply(201, row_of(sandbox.outbox.get(made.number) or made))


def row_of(delivery: Delivery) -> DeliveryRow:
    """Return the delivery as it is shown."""
    event = delivery.event
    shown = {
        "event": event.id,
        "type": event.type,
        "object": event.object,
        "event_after": event.after,
        "url": delivery.url or None,
        "due": iso_milliseconds(delivery.due),
        "replays": delivery.replays or None,
        "headers": {name.decode("latin-1"): value.decode("latin-1") for name, value in delivery.headers},
        "body": delivery.body.decode("utf-8", "replace"),
        "answer": delivery.answer or None,
        "answer_body": delivery.answer_body.decode("utf-8", "replace"),
    }
    return DeliveryRow(**asdict(delivery) | shown)


def _matching(sandbox: Sandbox, query: DeliveryQuery) -> list[Delivery]:
    wanted = (query.type, query.object, query.event, query.endpoint, query.status)

    def fits(delivery: Delivery) -> bool:
        event = delivery.event
        actual = (event.type, event.object, event.id, delivery.endpoint, delivery.status)
        return delivery.number > query.since and all(want in (None, has) for want, has in zip(wanted, actual, strict=True))

    return list(filter(fits, sandbox.outbox.deliveries))


def _find_delivery(sandbox: Sandbox, number: str) -> Delivery:
    found = sandbox.outbox.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 20 else None
    if found is None:
        hint = "GET /_mock/webhooks/deliveries lists those that are remembered"
        raise ControlError(404, f"unknown delivery {number[:80]!r}", hint=hint)
    return found


_UNKNOWN_DELIVERY = {404: "No delivery has this number, or it was dropped."}

_GONE = {**_UNKNOWN_DELIVERY, 409: "The delivery's endpoint was removed."}

_FULL = {503: "The limit of endpoints is reached."}

ROUTES = (
    ControlRoute("GET", "/_mock/webhooks/deliveries", list_deliveries, {200: list[DeliveryRow]}, query=DeliveryQuery),
    ControlRoute("DELETE", "/_mock/webhooks/deliveries", forget_deliveries, {204: None}),
    ControlRoute("GET", "/_mock/webhooks/deliveries/{id}", read_delivery, {200: DeliveryRow}, errors=_UNKNOWN_DELIVERY),
    ControlRoute("POST", "/_mock/webhooks/deliveries/{id}/replay", replay_delivery, {201: DeliveryRow}, errors=_GONE),
    ControlRoute("GET", "/_mock/webhooks", list_endpoints, {200: list[EndpointRow]}),
    ControlRoute("POST", "/_mock/webhooks", add_endpoint, {201: EndpointRow}, body=EndpointBody, errors=_FULL),
    ControlRoute("PATCH", "/_mock/webhooks/{id}", change_endpoint, {200: EndpointRow}, body=EndpointBody, errors=_UNKNOWN),
    ControlRoute("DELETE", "/_mock/webhooks/{id}", remove_endpoint, {204: None}, errors=_UNKNOWN),
)
