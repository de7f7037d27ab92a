"""Events, endpoints and deliveries as data."""

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from mockserver.exchange import RawHeaders

SECRET_PREFIX = "whsec_"
"""Prefix of generated secrets."""

APP = "app://"
"""Scheme of an endpoint that is an application of this process."""

MAX_EVENTS = 1_000
MAX_DELIVERIES = 1_000
MAX_ENDPOINTS = 100

How = Literal[
    "duplicate",
    "reorder",
    "drop",
    "delay",
    "bad-signature",
    "old-secret",
    "stale",
    "future",
    "truncate",
    "re-serialise",
    "after-delete",
]
"""Faults of a delivery."""

Status = Literal["waiting", "sending", "delivered", "failed", "dropped", "collected"]
"""Delivered: answered 2xx; dropped: never sent; collected: has no receiver."""


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook receiver.

    Attributes:
        url: empty: deliveries are only collected.
        events: subscribed types; empty: all.
        old_secret: the secret before the last rotation, or empty.
    """

    id: Annotated[str, Meta(min_length=1)]
    url: str
    secret: Annotated[str, Meta(min_length=1)]
    events: tuple[str, ...] = ()
    old_secret: str = ""

    def wants(self, event_type: str) -> bool:
        """Return whether it subscribes to the type."""
        return not self.events or event_type in self.events


class Event(Struct, frozen=True):
    """Something that a provider announced.

    Attributes:
        at: the sandbox's time, milliseconds since 1970.
        body: the body of its deliveries, in the provider's form.
        assumed: assumption → choice that the body depends on.
        object: the id of its record.
        after: the number of the latest exchange.
    """

    id: str
    type: str
    at: int
    body: Mapping[str, Any]
    assumed: Mapping[str, str]
    provider: str = ""
    object: str = ""
    after: int = 0


class Delivery(Struct, frozen=True, kw_only=True):
    """One attempt to send an event to an endpoint.

    Attributes:
        number: position in the sandbox's log, from 1.
        endpoint: the endpoint's id.
        url: empty if it is only collected.
        attempt: 1 for the first one of its event.
        due: the sandbox's time to send it, milliseconds since 1970.
        how: its fault, or empty.
        replays: the number of the delivery that it repeats on request; 0: none.
        headers, body: as sent; empty before that.
        answer: the status of the answer; 0: none.
        answer_body: the answer's body, cut.
        error: why it had no answer or was not sent; one clause.
        took_ms: real time from sending to the answer.
        sent_after, answered_after: number of the latest exchange at that time.
        assumed: assumption → choice that its form and time depend on.
    """

    number: int
    event: Event
    endpoint: str
    url: str
    attempt: int = 1
    due: int
    how: str = ""
    replays: int = 0
    status: Status = "waiting"
    headers: RawHeaders = []
    body: bytes = b""
    answer: int = 0
    answer_body: bytes = b""
    error: str = ""
    took_ms: float = 0
    sent_after: int = 0
    answered_after: int = 0
    assumed: Mapping[str, str] = {}

    @property
    def is_over(self) -> bool:
        """Whether this attempt is finished."""
        return self.status not in ("waiting", "sending")


class Captured(Struct):
    """Events and deliveries to be sent by a listener."""

    events: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)


class Outbox:
    """Latest events and deliveries of one sandbox, limited in number.

    Attributes:
        number: the number of the latest delivery, or 0.
        dropped: number of deliveries removed at the limit.
        listeners: called after a delivery was added or has changed.
    """

    def __init__(self, events: int = MAX_EVENTS, deliveries: int = MAX_DELIVERIES) -> None:
        self._events: deque[Event] = deque(maxlen=events)
        self._deliveries: dict[int, Delivery] = {}
        self._limit = deliveries
        self._due: list[tuple[int, int, int]] = []
        self._turns = 0
        self._kept: list[int] = []
        self._captured: Captured | None = None
        self.number = 0
        self.dropped = 0
        self.listeners: list[Callable[[], None]] = []

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    @property
    def deliveries(self) -> list[Delivery]:
        """All deliveries that are remembered, the oldest first."""
        return list(self._deliveries.values())

    @property
    def next_due(self) -> int | None:
        """Due time of the next delivery; None if none waits."""
        return self._due[0][0] if self._due else None

    def next_due_after(self, now: int) -> int | None:
        """Return the due time of the first delivery after `now`, or None."""
        return next((due for due, _, _ in self._due if due > now), None)

    def add(self, event: Event) -> None:
        """Record the event."""
        (self._events if self._captured is None else self._captured.events).append(event)

    def get(self, number: int) -> Delivery | None:
        """Return the delivery with that number, or None."""
        return self._deliveries.get(number)

    @contextmanager
    def capturing(self) -> Iterator[Captured]:
        """Collect new events and deliveries instead of storing them."""
        self._captured = captured = Captured()
        try:
            yield captured
        finally:
            self._captured = None

    def enqueue(self, delivery: Delivery) -> Delivery:
        """Add a delivery, which gets its number here.

        Deliveries of older events of the same object, which were kept back, fall due after it.
        """
        if self._captured is not None:
            self._captured.deliveries.append(delivery)
            return delivery
        numbered = self._add(delivery)
        if numbered.status == "waiting":
            self._line_up(numbered)
        if numbered.attempt == 1:
            self._release(numbered)
        return numbered

    def keep_back(self, delivery: Delivery) -> Delivery:
        """Add a delivery, due after the next of its object and endpoint."""
        numbered = self._add(delivery)
        self._kept.append(numbered.number)
        return numbered

    def take_due(self, now: int, is_held: Callable[[Delivery], bool] = lambda _delivery: False) -> Delivery | None:
        """Return the next due delivery and mark it as sending, or None."""
        for place, (due, _, number) in enumerate(self._due):
            if due > now:
                return None
            delivery = self._deliveries[number]
            if not is_held(delivery):
                del self._due[place]
                return self.update(replace(delivery, status="sending"))
        return None

    def update(self, delivery: Delivery) -> Delivery:
        """Replace the delivery; a forgotten one stays forgotten."""
        if delivery.number in self._deliveries:
            self._deliveries[delivery.number] = delivery
            self._notify()
        return delivery

    def drop(self, endpoint: str, error: str) -> None:
        """Drop the endpoint's waiting deliveries; `error` says why."""
        for delivery in self.deliveries:
            if delivery.endpoint == endpoint and delivery.status == "waiting":
                self._forget_turn(delivery.number)
                self.update(replace(delivery, status="dropped", error=error))

    def clear(self) -> None:
        """Forget all events and deliveries, and count from 1 again."""
        self._events.clear()
        self._deliveries.clear()
        self._due.clear()
        self._kept.clear()
        self.number = self.dropped = 0
        self._notify()

    def _add(self, delivery: Delivery) -> Delivery:
        self.number += 1
        numbered = replace(delivery, number=self.number)
        self._deliveries[numbered.number] = numbered
        self._make_room()
        self._notify()
        return numbered

    def _line_up(self, delivery: Delivery) -> None:
        self._turns += 1
        insort(self._due, (delivery.due, self._turns, delivery.number))

    def _release(self, delivery: Delivery) -> None:
        for kept in [self._deliveries[number] for number in self._kept]:
            if (kept.endpoint, kept.event.object) == (delivery.endpoint, delivery.event.object):
                self._kept.remove(kept.number)
                self._line_up(self.update(replace(kept, due=delivery.due)))

    def _forget_turn(self, number: int) -> None:
        self._due = [each for each in self._due if each[2] != number]
        self._kept = [each for each in self._kept if each != number]

    def _make_room(self) -> None:
        """Drop the oldest: finished ones before those that wait."""
        while len(self._deliveries) > self._limit:
            gone = next((each.number for each in self._deliveries.values() if each.is_over), next(iter(self._deliveries)))
            del self._deliveries[gone]
            self._forget_turn(gone)
            self.dropped += 1

    def _notify(self) -> None:
        for listener in tuple(self.listeners):
            listener()


def free_id(endpoints: Iterable[Endpoint]) -> str:
    """Return an id that none of the endpoints has."""
    taken = {endpoint.id for endpoint in endpoints}
    return next(name for number in count(1) if (name := f"endpoint-{number}") not in taken)
