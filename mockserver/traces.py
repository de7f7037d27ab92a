"""Find every place in a sandbox that still contains a value.

A place contains it also as part of a longer text, and encoded: with JSON's escapes, a URL's or form's percent signs, or one
within the other. Composed and decomposed accents are equal.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal
from unicodedata import normalize
from urllib.parse import unquote, unquote_plus

import msgspec
from msgspec import Meta, Struct

from mockserver.exchange import Exchange, RawHeaders
from mockserver.state import Kind, Sandbox, State
from mockserver.webhooks import Delivery

MAX_PLACES = 1_000
"""Places that are named; all are counted."""

_DEPTH = 3
"""How many encodings, one within the other, are decoded."""

_ESCAPES = re.compile(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]')

Where = Literal["record", "deleted", "pending", "webhook", "snapshot", "fixture", "journal", "event", "delivery", "fault", "key"]


class Trace(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A place that contains the value.

    Attributes:
        where: `deleted` is the id that a deleted record leaves, `fixture` the state that the sandbox began with.
        part: the part of it, such as `email` or `request.body`.
        kind, id: of a record, also within a snapshot or fixture; id alone of an event, an endpoint or a fault.
    """

    where: Where
    part: str
    kind: str | None = None
    id: str | None = None
    snapshot: str | None = None
    exchange: int | None = None
    delivery: int | None = None


class Traces(Struct, frozen=True):
    """The places that contain a value; the value is not repeated."""

    count: Annotated[int, Meta(description="Number of all places.")]
    places: Annotated[tuple[Trace, ...], Meta(description=f"At most {MAX_PLACES:,} of them.")]
    remedies: Annotated[dict[Where, str], Meta(description="Place → how to remove the value there.")]


_REMEDIES: Mapping[Where, str] = {
    "snapshot": "DELETE /_mock/snapshots/NAME, or PUT it anew",
    "fixture": "nothing: POST /_mock/reset would bring it back; begin the sandbox with another fixture",
    "journal": "DELETE /_mock/requests",
    "event": "POST /_mock/reset",
    "delivery": "POST /_mock/reset",
    "fault": "DELETE /_mock/faults/ID",
    "webhook": "DELETE /_mock/webhooks/ID",
    "key": "DELETE /_mock/sandboxes/NAME",
}


def traces_of(value: str, sandbox: Sandbox, kinds: Sequence[Kind], *, ignore_case: bool = False) -> Traces:
    """Return every place in the sandbox that contains the value."""
    search = _Search(value, kinds, ignore_case=ignore_case)
    places = list(search.everywhere(sandbox))
    remedies = {each.where: _REMEDIES[each.where] for each in places if each.where in _REMEDIES}
    return Traces(len(places), tuple(places[:MAX_PLACES]), remedies)


class _Search:
    """Search for one value."""

    def __init__(self, value: str, kinds: Sequence[Kind], *, ignore_case: bool) -> None:
        self._fold: Callable[[str], str] = str.casefold if ignore_case else str
        self._value = self._plain(value)
        self._kinds = kinds
        # States share their records, and deliveries their events, so each is searched once; its owner keeps it alive.
        self._seen: dict[int, list[str]] = {}

    def everywhere(self, sandbox: Sandbox) -> Iterator[Trace]:
        """Yield the places: state and its copies first, then journal and events."""
        yield from self._state(sandbox.state)
        for name, state in sandbox.snapshots.items():
            for trace in self._state(state):
                yield msgspec.structs.replace(trace, where="snapshot", snapshot=name)
        for trace in self._state(sandbox.initial_state):
            yield msgspec.structs.replace(trace, where="fixture")
        for exchange in sandbox.journal:
            for part in self._parts(_texts_of_exchange(exchange)):
                yield Trace(where="journal", exchange=exchange.number, part=part)
        yield from self._events(sandbox)
        for armed in sandbox.faults.armed:
            # An inconsistent list remembers rows of its last page.
            for part in [*self._within(armed.fault), *(f"pages.{part}" for part in self._within(armed.pages))]:
                yield Trace(where="fault", id=armed.id, part=part)
        for label in self._parts(sandbox.keys.items()):
            yield Trace(where="key", part=label)

    def _state(self, state: State) -> Iterator[Trace]:
        for kind in self._kinds:
            collection = state.read(kind)
            for record in collection:
                for part in self._once(record):
                    yield Trace(where="record", kind=kind.name, id=record.id, part=part)
            for record_id in collection.deleted:
                if record_id not in collection and self._is_in(record_id):
                    yield Trace(where="deleted", kind=kind.name, id=record_id, part="id")
        for task in state.agenda:
            for part in self._within(task):
                yield Trace(where="pending", id=task.object, part=f"pending.{part}")
        for endpoint in state.endpoints:
            for part in self._within(endpoint):
                yield Trace(where="webhook", id=endpoint.id, part=f"webhooks.{part}")

    def _events(self, sandbox: Sandbox) -> Iterator[Trace]:
        for event in sandbox.outbox:
            for part in self._once(event):
                yield Trace(where="event", id=event.id, part=part)
        for delivery in sandbox.outbox.deliveries:
            # A delivery keeps its event even when the list of events has dropped it.
            parts = [*self._parts(_texts_of_delivery(delivery)), *(f"event.{part}" for part in self._once(delivery.event))]
            for part in parts:
                yield Trace(where="delivery", delivery=delivery.number, part=part)

    def _once(self, value: Any) -> list[str]:
        if id(value) not in self._seen:
            self._seen[id(value)] = self._within(value)
        return self._seen[id(value)]

    def _within(self, value: Any) -> list[str]:
        """Return the parts of plain data that contain the value, keys included."""
        return self._parts(_texts_of(msgspec.to_builtins(value, str_keys=True), ""))

    def _parts(self, texts: Iterable[tuple[str, str]]) -> list[str]:
        return list(dict.fromkeys(part for part, text in texts if self._is_in(text)))

    def _is_in(self, text: str) -> bool:
        return any(self._value in self._plain(reading) for reading in readings(text))

    def _plain(self, text: str) -> str:
        return self._fold(text if text.isascii() else normalize("NFC", text))


def readings(text: str) -> Iterator[str]:
    """Yield the text as it is, then decoded in each possible way."""
    latest = known = {text: None}
    yield text
    for _ in range(_DEPTH):
        decoded = [decode(each) for each in latest for sign, decode in _DECODERS.items() if sign in each]
        latest = {each: None for each in decoded if each not in known}
        known = known | latest
        yield from latest


def _unescaped(text: str) -> str:
    return _ESCAPES.sub(lambda escapes: str(json.loads(f'"{escapes[0]}"')), text)


_DECODERS: Mapping[str, Callable[[str], str]] = {"\\": _unescaped, "%": unquote, "+": unquote_plus}
"""Sign of an encoding → its decoder."""


def _texts_of(value: Any, part: str) -> Iterator[tuple[str, str]]:
    """Yield the places and texts within plain data, keys included."""
    if isinstance(value, dict):
        for key, member in value.items():
            inner = f"{part}.{key}" if part else key
            yield inner, key
            yield from _texts_of(member, inner)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts_of(item, f"{part}[{index}]")
    elif value is not None:
        yield part, value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _texts_of_exchange(exchange: Exchange) -> Iterator[tuple[str, str]]:
    yield "request.path", exchange.request.path
    yield "request.query", _text(exchange.request.query)
    yield from _texts_of_message("request", exchange.request.raw_headers, exchange.request.body or b"")
    yield from _texts_of_message("reply", exchange.headers, exchange.body)


def _texts_of_delivery(delivery: Delivery) -> Iterator[tuple[str, str]]:
    yield "url", delivery.url
    yield from _texts_of_message("request", delivery.headers, delivery.body)
    yield "reply.body", _text(delivery.answer_body)


def _texts_of_message(name: str, headers: RawHeaders, body: bytes) -> Iterator[tuple[str, str]]:
    for header, value in headers:
        yield f"{name}.headers.{header.decode('latin-1')}", _text(value)
    yield f"{name}.body", _text(body)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
