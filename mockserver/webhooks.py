"""Events that a provider announces, the endpoints that want them, and what was sent to those, as data: no sockets here."""

from bisect import insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from mockserver.exchange import RawHeaders

MAX_EVENTS = 1_000
MAX_DELIVERIES = 1_000

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
"""What can be wrong with a delivery on purpose."""

Status = Literal["waiting", "sending", "delivered", "failed", "dropped", "collected"]
"""`waiting` for its time, `sending`, answered 2xx, answered otherwise or not at all, never sent, kept without a receiver."""


class Endpoint(Struct, frozen=True):
    """A webhook receiver.

    Attributes:
        url: empty: what it would be sent is only collected.
        events: the types that it wants; empty: all of them.
        old_secret: the secret before the last rotation; empty if there was none.
    """

    id: str
    url: str
    secret: str
    events: tuple[str, ...] = ()
    old_secret: str = ""

    def wants(self, event_type: str) -> bool:
        """Return whether it is sent events of the type."""
        return not self.events or event_type in self.events


class Event(Struct, frozen=True):
    """Something that a provider announced.

    Attributes:
        at: the sandbox's time, milliseconds since 1970.
        body: what a receiver is sent, in the provider's form.
        assumed: assumptions that the body leans on.
        provider: who announced it.
        object: the id of the record that it is about.
        after: the number of the exchange during or after which it was announced.
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
        number: its place in the sandbox's log, from 1.
        endpoint: the endpoint's id.
        url: where it goes; empty if it is only collected.
        attempt: 1 for the first one of its event.
        due: the sandbox's time at which it is sent, milliseconds since 1970.
        how: what is wrong with it on purpose; empty: nothing.
        replays: the number of the delivery that it repeats on request; 0: none.
        headers, body: what was sent; empty before that.
        answer: the status that came; 0: none.
        answer_body: what came with it, cut.
        error: why no answer came, or why it is not sent; one clause.
        took_ms: real time from sending to the answer; it says nothing about a collected one.
        sent_after: how many exchanges there had been when it was sent.
        answered_after: how many there had been when its answer was noted.
        assumed: assumptions that its form and its time lean on.
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
        """Whether nothing more will happen to this attempt."""
        return self.status not in ("waiting", "sending")


class Outbox:
    """The latest events of one sandbox, and the log of what was and is to be sent; past a limit the oldest go first.

    Attributes:
        number: the number of the latest delivery; 0 if there was none.
        dropped: how many deliveries went to make room.
        changed: called after a delivery was added or has changed; None: nobody listens.
    """

    def __init__(self, events: int = MAX_EVENTS, deliveries: int = MAX_DELIVERIES) -> None:
        self._events: deque[Event] = deque(maxlen=events)
        self._deliveries: dict[int, Delivery] = {}
        self._limit = deliveries
        self._due: list[tuple[int, int]] = []
        self.number = 0
        self.dropped = 0
        self.changed: Callable[[], None] | None = None

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
        """The sandbox's time at which the next delivery is to be sent; None if none waits."""
        return self._due[0][0] if self._due else None

    def add(self, event: Event) -> None:
        """Record the event."""
        self._events.append(event)

    def get(self, number: int) -> Delivery | None:
        """Return the delivery of that number; None if there is none, or none any more."""
        return self._deliveries.get(number)

    def enqueue(self, delivery: Delivery) -> Delivery:
        """Put in a delivery, which gets its number here; one that waits is due when it says."""
        self.number += 1
        numbered = replace(delivery, number=self.number)
        self._deliveries[numbered.number] = numbered
        if numbered.status == "waiting":
            insort(self._due, (numbered.due, numbered.number))
        self._make_room()
        self._tell()
        return numbered

    def take_due(self, now: int) -> Delivery | None:
        """Return the next delivery that is due by now, which is then being sent; None if there is none."""
        while self._due and self._due[0][0] <= now:
            _, number = self._due.pop(0)
            if number in self._deliveries:
                return self.update(replace(self._deliveries[number], status="sending"))
        return None

    def update(self, delivery: Delivery) -> Delivery:
        """Put the delivery in place of what it was; one that is not remembered any more stays so."""
        if delivery.number in self._deliveries:
            self._deliveries[delivery.number] = delivery
            self._tell()
        return delivery

    def clear(self) -> None:
        """Forget all events and deliveries, also those that wait, and count from 1 again."""
        self._events.clear()
        self._deliveries.clear()
        self._due.clear()
        self.number = self.dropped = 0
        self._tell()

    def _make_room(self) -> None:
        while len(self._deliveries) > self._limit:
            oldest = next(iter(self._deliveries))
            del self._deliveries[oldest]
            self.dropped += 1

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()
