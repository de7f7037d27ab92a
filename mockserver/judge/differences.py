"""Compare an exchange with an expectation, place by place."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from mockserver.contract.encoding import MalformedError, decode_json, decode_pairs
from mockserver.conversion import cut
from mockserver.exchange import Exchange
from mockserver.judge.redaction import FORM
from mockserver.judge.rows import Values, grouped, is_json
from mockserver.judge.selection import OperationId, PathPattern, StatusPattern, path_fits, status_fits

MAX_TEXT = 200
"""Characters of a value that are looked at, or shown."""

_FAR = {"operation": 4.0, "path": 4.0, "method": 2.0, "body": 2.0}
"""Place → weight of a difference; 1 anywhere else."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Expected properties of one exchange; None is not compared.

    Attributes:
        query, headers: name → value; None: it must be absent; a list: all its values.
        json: a part of the body: the expected members of objects, or fields of a form; UNSET is not compared.
    """

    operation: OperationId | None = None
    method: str | None = None
    path: PathPattern | None = None
    query: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    json: Any = UNSET
    status: int | StatusPattern | None = None


class Difference(Struct, frozen=True):
    """A place that is not as expected, such as `query.limit` or `json.items[0].id`.

    A long value is cut, as text. A missing member means absent.
    """

    place: str
    expected: Any = UNSET
    actual: Any = UNSET

    def __str__(self) -> str:
        actual = "but it is missing" if self.actual is UNSET else f"was {said(self.actual)}"
        return f"{self.place}: expected {said(self.expected)}, {actual}"

    @property
    def width(self) -> float:
        """Weight of the difference; the larger, the less similar."""
        weight, alike = _FAR.get(self.place, 1), 0.0
        if isinstance(self.expected, str) and isinstance(self.actual, str) and self.place not in ("operation", "method"):
            alike = SequenceMatcher(None, self.expected[:MAX_TEXT], self.actual[:MAX_TEXT]).ratio()
        return weight * (1 - alike / 2)


def differences(exchange: Exchange, wanted: Wanted) -> list[Difference]:
    """Return all differences between the exchange and what is wanted."""
    return [found for part in (_of_head, _of_names, _of_body) for found in part(exchange, wanted)]


def said(value: Any) -> str:
    """Return a value as JSON, cut."""
    if value is UNSET:
        return "nothing"
    if isinstance(value, UnreadableBody):
        return value.why
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, ValueError):
        text = repr(value)
    return cut(text, MAX_TEXT)


class UnreadableBody(Struct, frozen=True):
    """A body that cannot be compared, and why."""

    why: str


def _of_head(exchange: Exchange, wanted: Wanted) -> Iterator[Difference]:
    request = exchange.request
    if wanted.operation is not None and wanted.operation != exchange.operation:
        yield Difference("operation", wanted.operation, exchange.operation or UNSET)
    if wanted.method is not None and wanted.method.upper() != request.method:
        yield Difference("method", wanted.method.upper(), request.method)
    if wanted.path is not None and not path_fits(request.path, wanted.path):
        yield Difference("path", wanted.path, request.path)
    if wanted.status is not None and not status_fits(exchange.status, str(wanted.status)):
        yield Difference("status", wanted.status, exchange.status)


def _of_names(exchange: Exchange, wanted: Wanted) -> Iterator[Difference]:
    if wanted.query:
        yield from _of_texts("query", wanted.query, _pairs(exchange.request.query))
    if wanted.headers:
        sent = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in exchange.request.raw_headers]
        yield from _of_texts("headers", {name.lower(): value for name, value in wanted.headers.items()}, grouped(sent))


def _of_texts(place: str, wanted: Mapping[str, Any], sent: Values) -> Iterator[Difference]:
    """Compare untyped values: a number or boolean equals its text."""
    for name, value in wanted.items():
        actual = sent.get(name, UNSET)
        if (actual is not UNSET) if value is None else actual != _as_text(value):
            yield Difference(f"{place}.{name}", UNSET if value is None else _as_text(value), actual)


def _as_text(value: Any) -> Any:
    """Return the value as text, lists item by item; mappings stay."""
    if isinstance(value, list | tuple):
        return [_as_text(each) for each in value]
    return msgspec.json.encode(value).decode() if isinstance(value, bool | int | float) else value


def _of_body(exchange: Exchange, wanted: Wanted) -> Iterator[Difference]:
    if wanted.json is UNSET:
        return
    request = exchange.request
    content_type = request.header(b"content-type")
    if content_type.partition(";")[0].strip().lower() == FORM and isinstance(wanted.json, Mapping):
        yield from _of_texts("json", wanted.json, _pairs(request.body or b""))
        return
    sent = _value(exchange, content_type)
    if isinstance(sent, UnreadableBody):
        yield Difference("body", wanted.json, sent)
    else:
        yield from _of_value("json", wanted.json, sent)


def _value(exchange: Exchange, content_type: str) -> Any:
    body = exchange.request.body or b""
    if not body:
        return UnreadableBody("no body")
    if "request" in exchange.incomplete_parts:
        return UnreadableBody("a body that is not known as a whole")
    try:
        return decode_json(body)
    except MalformedError as error:
        return UnreadableBody(str(error) if is_json(content_type) else f"a body of {content_type or 'no content type'}")


def _of_value(place: str, wanted: Any, sent: Any) -> Iterator[Difference]:
    """Compare JSON: of objects only the expected members, of arrays each item."""
    if isinstance(wanted, Mapping) and isinstance(sent, Mapping):
        for name, value in wanted.items():
            inner = f"{place}.{name}"
            yield from [Difference(inner, value, UNSET)] if name not in sent else _of_value(inner, value, sent[name])
    elif isinstance(wanted, list | tuple) and isinstance(sent, list) and len(wanted) == len(sent):
        for index, (value, item) in enumerate(zip(wanted, sent, strict=True)):
            yield from _of_value(f"{place}[{index}]", value, item)
    elif not _is_same(wanted, sent):
        yield Difference(place, wanted, sent)


def _is_same(wanted: Any, sent: Any) -> bool:
    """Return whether JSON values are equal: 1 is 1.0 but not true."""
    is_other_kind = isinstance(wanted, bool) is not isinstance(sent, bool) and isinstance(wanted, bool | int | float)
    return not is_other_kind and bool(wanted == sent)


def _pairs(text: bytes) -> Values:
    try:
        return grouped(decode_pairs(text))
    except MalformedError:
        return {}
