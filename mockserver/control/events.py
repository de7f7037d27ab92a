"""`/_mock/events`: list events, and create them, valid or broken."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.control.webhooks import DeliveryRow, row_of, webhooks_of
from mockserver.durations import duration
from mockserver.exchange import Conflict, NotFound, Problem, Reply
from mockserver.http.webhook_signing import check_how
from mockserver.providers.provider import WebhookFormat
from mockserver.state import Sandbox
from mockserver.state.clock import iso_milliseconds
from mockserver.webhooks import Captured, Delivery, Event, How

DELAY = "10m"
"""Default lateness of a delayed delivery."""


class EventRow(Struct, frozen=True):
    """An event. `after` is the number of the exchange in which, or after which, it happened."""

    id: str
    type: str
    provider: str
    object: str
    at: str
    after: int
    body: dict[str, Any]
    assumed: dict[str, str]


class EventQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Filter events."""

    type: str | None = None
    object: str | None = None


class EventOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """The event to create."""

    type: Annotated[str, Meta(description="The type of event.")]
    object: Annotated[str, Meta(description="Id of the object. Default: a new object.")] | None = None
    how: Annotated[How, Meta(description="What is wrong with its deliveries. Default: nothing.")] | None = None
    delay: Annotated[str, Meta(description=f"Lateness for `delay`: `90s`, `1h`, `PT36H`. Default: `{DELAY}`.")] | None = None


NeededOrder = Annotated[EventOrder, Meta(description="The event to create.")]


class EventsMade(Struct, frozen=True):
    """The events and their deliveries. An endpoint without a URL has collected them already."""

    events: list[EventRow]
    deliveries: list[DeliveryRow]


def list_events(call: ControlCall) -> Reply:
    """List events, oldest first. They are recorded with or without an endpoint."""
    wanted, events = call.query, call.sandbox().outbox
    return Reply(
        200, [_row(each) for each in events if wanted.type in (None, each.type) and wanted.object in (None, each.object)]
    )


def make_event(call: ControlCall) -> Reply:
    """Create an event for an existing or a new object, as if the provider had caused it.

    `how` breaks the deliveries. `duplicate` sends twice. `reorder` sends after the object's next event; for a new object,
    before the event of its creation. `drop` never sends. `delay` sends late. `bad-signature` signs with another secret,
    `old-secret` with the secret before the rotation. `stale` and `future` sign with a time ten minutes off. `truncate` cuts
    the body, `re-serialise` writes the same JSON in other bytes. `after-delete` deletes the object first.
    """
    order: EventOrder = call.body
    sandbox = call.sandbox()
    webhooks = webhooks_of(call.mock, order.type, "body.type")
    delay_ms = _delay_of(sandbox, webhooks, order)
    captured = _trigger(sandbox, webhooks, order)
    numbers = _enqueue(sandbox, captured, order, delay_ms)
    call.app.webhook_sender.send_due(sandbox)
    deliveries = [row_of(each) for each in sandbox.outbox.deliveries if each.number in numbers]
    return Reply(201, EventsMade([_row(each) for each in captured.events], deliveries))


def _row(event: Event) -> EventRow:
    return EventRow(**asdict(event) | {"at": iso_milliseconds(event.at), "body": msgspec.to_builtins(event.body)})


def _delay_of(sandbox: Sandbox, webhooks: WebhookFormat, order: EventOrder) -> int:
    """Check the order's `how` and `delay`; return the delay."""
    if order.delay is not None and order.how != "delay":
        raise ControlError(400, "only a delayed delivery has a delay", where="body.delay", hint='say "how": "delay"')
    delay_ms = duration(order.delay or DELAY, "body.delay")
    if order.how is not None:
        receivers = [each for each in sandbox.state.endpoints if each.wants(order.type)]
        if not receivers:
            what = f"no webhook endpoint wants {order.type}"
            raise ControlError(409, what, where="body.how", hint="POST /_mock/webhooks adds one")
        for endpoint in receivers:
            check_how(sandbox, webhooks, order.how, endpoint)
    return delay_ms


def _trigger(sandbox: Sandbox, webhooks: WebhookFormat, order: EventOrder) -> Captured:
    """Cause the event and capture its deliveries; on an error nothing changes."""
    before = sandbox.state.fork()
    try:
        with sandbox.outbox.capturing() as captured:
            webhooks.trigger(sandbox, order.type, order.object)
            if order.how == "after-delete":
                _delete_first(sandbox, webhooks, captured)
    except (NotFound, Conflict) as problem:
        if order.how == "after-delete":
            sandbox.state = before
        raise _refused(problem, order) from problem
    for event in captured.events:
        sandbox.outbox.add(event)
    return captured


def _delete_first(sandbox: Sandbox, webhooks: WebhookFormat, captured: Captured) -> None:
    asked = captured.events[-1]
    try:
        webhooks.remove(sandbox, asked.type, asked.object)
    except NotFound:
        return  # the event itself is about its deletion
    late = [each for each in captured.deliveries if each.event is asked]
    captured.deliveries[:] = [each for each in captured.deliveries if each.event is not asked] + late


def _refused(problem: Problem, order: EventOrder) -> ControlError:
    hint = "leave `object` out to create one"
    if isinstance(problem, NotFound):
        return ControlError(404, f"unknown {problem.kind} {problem.record_id[:80]!r}", where="body.object", hint=hint)
    if order.how == "after-delete":
        return ControlError(409, "such an object cannot be deleted, or no longer", where="body.how")
    return ControlError(409, f"{order.type} cannot happen to it in its present state", where="body.object", hint=hint)


def _enqueue(sandbox: Sandbox, captured: Captured, order: EventOrder, delay_ms: int) -> set[int]:
    """Enqueue the deliveries, broken as ordered, and return their numbers."""
    outbox, how = sandbox.outbox, order.how or ""
    event = next((each for each in reversed(captured.events) if each.type == order.type), captured.events[-1])
    asked = [each for each in captured.deliveries if each.event is event]
    others = [each for each in captured.deliveries if each.event is not event]
    broken = [_broken(each, how, delay_ms) for each in asked]
    if how == "reorder" and not others:
        return {outbox.keep_back(each).number for each in broken}
    first, last = (broken, others) if how == "reorder" else (others, [*asked, *broken] if how == "duplicate" else broken)
    return {outbox.enqueue(each).number for each in (*first, *last)}


def _broken(delivery: Delivery, how: str, delay_ms: int) -> Delivery:
    if how == "drop":
        return replace(delivery, how=how, status="dropped", error="dropped on purpose")
    return replace(delivery, how=how, due=delivery.due + (delay_ms if how == "delay" else 0))


_IMPOSSIBLE = {
    404: "There is no such object.",
    409: "The object's state does not allow this event, or no endpoint receives events of the type.",
}

ROUTES = (
    ControlRoute("GET", "/_mock/events", list_events, {200: list[EventRow]}, query=EventQuery),
    ControlRoute("POST", "/_mock/events", make_event, {201: EventsMade}, body=NeededOrder, errors=_IMPOSSIBLE),
)
