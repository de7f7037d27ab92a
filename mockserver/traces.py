"""Find every place in a sandbox that still contains a value, to check an erasure in one call.

What counts is the text, also as a part of a longer one, and in whatever writing: JSON's escapes, a URL's or form's percent
signs, and one within the other. Composed and decomposed accents are the same text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal
from unicodedata import normalize
from urllib.parse import unquote, unquote_plus

import msgspec
from msgspec import Meta, Struct

from mockserver.exchange import Exchange, RawHeaders
from mockserver.state import Kind, Sandbox, State
from mockserver.webhooks import Delivery, Event

MAX_PLACES = 1_000
"""Places that are named; all are counted."""

_DEPTH = 3
"""How many writings, one within the other, are undone."""

_ESCAPE = re.compile(r'\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

Where = Literal["record", "deleted", "pending", "webhook", "snapshot", "fixture", "journal", "event", "delivery", "fault", "key"]


class Trace(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A place that contains the value.

    Attributes:
        where: a `record`, the rest of a `deleted` one, `pending` work, a `webhook` endpoint, a `snapshot`, the sandbox's own
            `fixture`, the `journal`, an `event`, a `delivery`, a `fault`, or a `key` of the sandbox.
        part: the part of it, such as `email` or `request.body`.
        kind, id: of a record, also within a snapshot or fixture; id alone of an event, an endpoint or a fault.
        snapshot: name of the snapshot.
        exchange, delivery: numbers of the exchange and the delivery.
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
        # States share their records, so each record is looked through once. A record is kept alive by its state meanwhile.
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
            # A list that repeats itself remembers what it showed.
            for part in [*self._within(armed.fault), *(f"pages.{part}" for part in self._within(armed.pages))]:
                yield Trace(where="fault", id=armed.id, part=part)
        for label in self._parts(sandbox.keys.items()):
            yield Trace(where="key", part=label)

    def _state(self, state: State) -> Iterator[Trace]:
        for kind in self._kinds:
            yield from self._records(state, kind)
        for task in state.agenda:
            for part in self._within(task):
                yield Trace(where="pending", id=task.object, part=f"pending.{part}")
        for endpoint in state.endpoints:
            for part in self._within(endpoint):
                yield Trace(where="webhook", id=endpoint.id, part=f"webhooks.{part}")

    def _records(self, state: State, kind: Kind) -> Iterator[Trace]:
        collection = state.read(kind)
        for record in collection:
            if id(record) not in self._seen:
                self._seen[id(record)] = self._within(record)
            for part in self._seen[id(record)]:
                yield Trace(where="record", kind=kind.name, id=record.id, part=part)
        for record_id in collection.deleted:
            if record_id not in collection and self._stands_in(record_id):
                yield Trace(where="deleted", kind=kind.name, id=record_id, part="id")

    def _events(self, sandbox: Sandbox) -> Iterator[Trace]:
        for event in sandbox.outbox:
            for part in self._of_event(event):
                yield Trace(where="event", id=event.id, part=part)
        for delivery in sandbox.outbox.deliveries:
            # A delivery has its event at hand even when the list of events has dropped it.
            for part in [
                *self._parts(_texts_of_delivery(delivery)),
                *(f"event.{part}" for part in self._of_event(delivery.event)),
            ]:
                yield Trace(where="delivery", delivery=delivery.number, part=part)

    def _of_event(self, event: Event) -> list[str]:
        if id(event) not in self._seen:
            self._seen[id(event)] = self._within(event)
        return self._seen[id(event)]

    def _within(self, value: Any) -> list[str]:
        """Return the parts of plain data that contain the value, keys included."""
        return self._parts(_texts_of(msgspec.to_builtins(value, str_keys=True), ""))

    def _parts(self, texts: Iterable[tuple[str, str]]) -> list[str]:
        return list(dict.fromkeys(part for part, text in texts if self._stands_in(text)))

    def _stands_in(self, text: str) -> bool:
        return any(self._value in self._plain(reading) for reading in readings(text))

    def _plain(self, text: str) -> str:
        return self._fold(text if text.isascii() else normalize("NFC", text))


def readings(text: str) -> Iterator[str]:
    """Yield the text as it is, then decoded in each possible way."""
    known = {text}
    latest = [text]
    yield text
    for _ in range(_DEPTH):
        undone = [undo(each) for each in latest for signs, undo in _WRITINGS if any(sign in each for sign in signs)]
        latest = [each for each in dict.fromkeys(undone) if each not in known]
        known.update(latest)
        yield from latest


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    high, low, single, letter = escape.groups()
    if letter is not None:
        return _LETTERS.get(letter, letter)
    if single is not None:
        return chr(int(single, 16))
    return (bytes.fromhex(high) + bytes.fromhex(low)).decode("utf-16-be")


_WRITINGS: tuple[tuple[str, Callable[[str], str]], ...] = (("\\", _unescaped), ("%", unquote), ("+", unquote_plus))
"""Signs of an encoding, and its decoder."""


def _texts_of(value: Any, part: str) -> Iterator[tuple[str, str]]:
    """Yield the texts within plain data with their places; a key is where its value is."""
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
    request = exchange.request
    yield "request.path", request.path
    yield "request.query", _text(request.query)
    yield from _texts_of_message("request", request.raw_headers, request.body or b"")
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
