"""`/_mock/webhooks/deliveries`: what was sent to a sandbox's endpoints, what waits to be sent, and what came of it."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta, Struct

from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply
from mockserver.state import Sandbox
from mockserver.state.clock import iso_milliseconds
from mockserver.webhooks import Delivery, Status

MAX_WAIT_S = 60


class DeliveryRow(Struct, frozen=True):
    """One attempt to send an event to an endpoint.

    `answer` is the status that came, null if none did; `error` says why. `event_after`, `sent_after` and `answered_after`
    are numbers of the journal: the exchange in which the event came about, and the latest ones when it was sent and answered.
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
    how: Annotated[str, Meta(description="What is wrong with it on purpose; empty: nothing.")]
    replays: Annotated[int | None, Meta(description="The number of the delivery that it repeats on request.")]
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
    """Which deliveries are meant."""

    type: str | None = None
    object: str | None = None
    event: str | None = None
    endpoint: str | None = None
    status: Status | None = None
    since: Annotated[int, Meta(ge=0, description="Only deliveries after this number.")] = 0
    wait: Annotated[float, Meta(ge=0, le=MAX_WAIT_S, description="Seconds of real time to wait for a first one.")] = 0


async def list_deliveries(call: ControlCall) -> Reply:
    """List deliveries, the oldest first; with `wait`, as soon as there is one.

    What still waits or is on its way is listed, but nobody waits for less than its outcome, unless `status` asks for it.
    """
    sandbox, query = call.sandbox(), call.query

    def is_found() -> bool:
        return any(each.is_over or query.status for each in _matching(sandbox, query))

    if query.wait:
        await _wait(call, sandbox, is_found)
    return Reply(200, [row_of(each) for each in _matching(sandbox, query)])


async def _wait(call: ControlCall, sandbox: Sandbox, is_found: Callable[[], bool]) -> None:
    """Wait until this is found, the time is over, or the server ends."""
    courier, seconds = call.app.courier, call.query.wait
    if not call.can_wait:
        courier.wait_for_blocking(sandbox, is_found, seconds)
        return
    courier.pump(sandbox)
    waiting = asyncio.ensure_future(courier.wait_for(sandbox, is_found, seconds))
    call.app.at_end.add(waiting.cancel)
    try:
        await asyncio.wait((waiting,))
    finally:
        call.app.at_end.discard(waiting.cancel)
        waiting.cancel()


def read_delivery(call: ControlCall) -> Reply:
    """Return one delivery."""
    return Reply(200, row_of(_find(call.sandbox(), call.path["id"])))


def forget_deliveries(call: ControlCall) -> Reply:
    """Forget all events and deliveries, those that wait included; they are counted from 1 again."""
    call.sandbox().outbox.clear()
    return Reply(204, None)


def replay_delivery(call: ControlCall) -> Reply:
    """Send the event of a delivery to its endpoint once more, now, signed anew and with nothing wrong on purpose."""
    sandbox = call.sandbox()
    again = _find(sandbox, call.path["id"])
    if all(each.id != again.endpoint for each in sandbox.state.endpoints):
        raise ControlError(
            409, f"there is no webhook endpoint {again.endpoint!r} any more", remedy="POST /_mock/webhooks adds one"
        )
    made = sandbox.outbox.enqueue(
        Delivery(number=0, event=again.event, endpoint=again.endpoint, url=again.url, due=sandbox.now, replays=again.number)
    )
    call.app.courier.pump(sandbox)
    return Reply(201, row_of(sandbox.outbox.get(made.number) or made))


def row_of(delivery: Delivery) -> DeliveryRow:
    """Return the delivery as it is shown."""
    event = delivery.event
    return DeliveryRow(
        number=delivery.number,
        event=event.id,
        type=event.type,
        object=event.object,
        endpoint=delivery.endpoint,
        url=delivery.url or None,
        attempt=delivery.attempt,
        due=iso_milliseconds(delivery.due),
        status=delivery.status,
        how=delivery.how,
        replays=delivery.replays or None,
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in delivery.headers},
        body=delivery.body.decode("utf-8", "replace"),
        answer=delivery.answer or None,
        answer_body=delivery.answer_body.decode("utf-8", "replace"),
        error=delivery.error,
        took_ms=delivery.took_ms,
        event_after=event.after,
        sent_after=delivery.sent_after,
        answered_after=delivery.answered_after,
        assumed=dict(delivery.assumed),
    )


def _matching(sandbox: Sandbox, query: DeliveryQuery) -> list[Delivery]:
    wanted = (query.type, query.object, query.event, query.endpoint, query.status)
    return [
        each
        for each in sandbox.outbox.deliveries
        if each.number > query.since
        and _fits(wanted, (each.event.type, each.event.object, each.event.id, each.endpoint, each.status))
    ]


def _fits(wanted: tuple[Any, ...], actual: tuple[Any, ...]) -> bool:
    return all(want is None or want == has for want, has in zip(wanted, actual, strict=True))


def _find(sandbox: Sandbox, number: str) -> Delivery:
    found = sandbox.outbox.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 20 else None
    if found is None:
        remedy = "GET /_mock/webhooks/deliveries lists those that are remembered"
        raise ControlError(404, f"there is no delivery {number[:80]!r}", remedy=remedy)
    return found


_UNKNOWN = {404: "The sandbox has no such delivery, or none any more."}

ROUTES = (
    ControlRoute(
        method="GET",
        path="/_mock/webhooks/deliveries",
        run=list_deliveries,
        query=DeliveryQuery,
        replies={200: list[DeliveryRow]},
    ),
    ControlRoute(method="DELETE", path="/_mock/webhooks/deliveries", run=forget_deliveries, replies={204: None}),
    ControlRoute(
        method="GET", path="/_mock/webhooks/deliveries/{id}", run=read_delivery, replies={200: DeliveryRow}, errors=_UNKNOWN
    ),
    ControlRoute(
        method="POST",
        path="/_mock/webhooks/deliveries/{id}/replay",
        run=replay_delivery,
        replies={201: DeliveryRow},
        errors={**_UNKNOWN, 409: "The delivery's endpoint was removed."},
    ),
)
