"""Show an exchange: readable bodies, no credentials."""

from base64 import b64encode
from collections.abc import Iterable
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Struct

from mockserver.conversion import NOT_JSON
from mockserver.exchange import Exchange, Violation
from mockserver.judge.redaction import Redaction
from mockserver.state.clock import iso_milliseconds

Values = dict[str, str | list[str]]
"""Name → value, or a list of several values."""

Form = Annotated[
    Literal["none", "json", "text", "base64"],
    Meta(description="What `body` is: nothing, the value of the JSON that was sent, text, or bytes in base64."),
]
IsCut = Annotated[bool, Meta(description="Whether `body` is only the beginning, as text or base64, of what was sent.")]
Size = Annotated[int, Meta(description="Bytes of the body as it was sent.")]


class SentRow(Struct, frozen=True):
    """A request; `path` excludes the sandbox prefix, `parameters` is the decoded query."""

    method: str
    path: str
    query: str
    parameters: Values
    headers: Values
    body: Any
    body_form: Form
    body_bytes: Size
    body_cut: IsCut


class AnsweredRow(Struct, frozen=True):
    """A reply; status 0 means none arrived."""

    status: int
    headers: Values
    body: Any
    body_form: Form
    body_bytes: Size
    body_cut: IsCut


class ViolationRow(Struct, frozen=True):
    """A violation, with its places in the request and in the contract."""

    place: str
    name: str
    rule: str
    detail: str
    contract: str


class Note(Struct, frozen=True):
    """A finding of a rule of conduct."""

    rule: str
    severity: str
    detail: str


class ExchangeRow(Struct, frozen=True):
    """One exchange.

    `at` is the sandbox's time. `operation` is empty if the contract has none for the request. `assumed` has the choice of
    each assumption that the reply depends on. `faults` are the faults that were applied.
    """

    number: int
    at: str
    operation: str
    request: SentRow
    reply: AnsweredRow
    took_ms: float
    violations: list[ViolationRow]
    assumed: dict[str, str]
    faults: list[str]
    conduct: list[Note]


def row(exchange: Exchange, redaction: Redaction, conduct: Iterable[Note] = ()) -> ExchangeRow:
    """Return the exchange as a row."""
    return ExchangeRow(
        number=exchange.number,
        at=iso_milliseconds(exchange.at),
        operation=exchange.operation,
        request=_sent(exchange, redaction),
        reply=_answered(exchange, redaction),
        took_ms=exchange.took_us / 1000,
        violations=[_violation(each, redaction) for each in exchange.violations],
        assumed=dict(exchange.assumed),
        faults=list(exchange.faults),
        conduct=list(conduct),
    )


def grouped(pairs: Iterable[tuple[str, str]]) -> Values:
    """Return name → value, or a list of several values."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: several if len(several) > 1 else several[0] for name, several in values.items()}


def _sent(exchange: Exchange, redaction: Redaction) -> SentRow:
    request = exchange.request
    query = redaction.query(request.query)
    return SentRow(
        method=request.method,
        path=redaction.segments(request.path),
        query=query,
        parameters=grouped(parse_qsl(query, keep_blank_values=True)),
        headers=grouped(redaction.headers(request.raw_headers)),
        **_body(exchange, "request", request.body or b"", request.header(b"content-type"), redaction),
    )


def _answered(exchange: Exchange, redaction: Redaction) -> AnsweredRow:
    content_type = dict(exchange.headers).get(b"content-type", b"").decode("latin-1")
    headers = grouped(redaction.headers(exchange.headers))
    return AnsweredRow(exchange.status, headers, **_body(exchange, "reply", exchange.body, content_type, redaction))


def _body(exchange: Exchange, part: str, kept: bytes, content_type: str, redaction: Redaction) -> dict[str, Any]:
    """Return the members of a row about the body."""
    is_cut = part in exchange.incomplete_parts
    body, form = _shown(kept, content_type, redaction, is_cut=is_cut)
    size = next((cut.size for cut in exchange.truncated_bodies if cut.part == part), len(kept))
    return {"body": body, "body_form": form, "body_bytes": size, "body_cut": is_cut}


def _shown(kept: bytes, content_type: str, redaction: Redaction, *, is_cut: bool) -> tuple[Any, Form]:
    if not kept:
        return None, "none"
    shown = redaction.body(kept, content_type, is_cut=is_cut)
    if not is_cut and is_json(content_type):
        try:
            return msgspec.json.decode(shown), "json"
        except NOT_JSON:
            pass
    return _text(shown, is_cut=is_cut)


def _text(shown: bytes, *, is_cut: bool) -> tuple[str, Form]:
    try:
        return shown.decode(), "text"
    except UnicodeDecodeError as error:
        if is_cut and error.start > len(shown) - 4 and error.reason == "unexpected end of data":
            return shown[: error.start].decode(), "text"
    return b64encode(shown).decode(), "base64"


def is_json(content_type: str) -> bool:
    """Return whether a body of this type is JSON."""
    name = content_type.partition(";")[0].strip().lower()
    return name == "application/json" or name.endswith("+json")


def _violation(violation: Violation, redaction: Redaction) -> ViolationRow:
    name, detail = redaction.text(violation.name), redaction.text(violation.detail)
    return ViolationRow(violation.place, name, violation.rule, detail, violation.pointer)
