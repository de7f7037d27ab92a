"""Events that a provider announces, and the endpoints that want them, as data: nothing is sent from here."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

MAX_EVENTS = 1_000


class Endpoint(Struct, frozen=True):
    """A webhook receiver.

    Attributes:
        events: the types that it wants; empty: all of them.
    """

    id: str
    url: str
    secret: str
    events: tuple[str, ...] = ()


class Event(Struct, frozen=True):
    """Something that a provider announced.

    Attributes:
        at: the sandbox's time, milliseconds since 1970.
        body: what a receiver is sent, in the provider's form.
        assumed: assumptions that the body leans on.
    """

    id: str
    type: str
    at: int
    body: Mapping[str, Any]
    assumed: Mapping[str, str]


class Outbox:
    """The latest events of one sandbox; past the limit the oldest go first."""

    def __init__(self, limit: int = MAX_EVENTS) -> None:
        self._events: deque[Event] = deque(maxlen=limit)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Event) -> None:
        """Record the event."""
        self._events.append(event)

    def clear(self) -> None:
        """Forget all events."""
        self._events.clear()
