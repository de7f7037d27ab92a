"""Read incomplete HAR 1.2 files, and write them without credentials.

A file is decoded in two steps: the addresses of all entries, then the entries that are asked for.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct, field

from mockserver import __version__
from mockserver.conversion import NOT_JSON
from mockserver.errors import DocumentError
from mockserver.exchange import Exchange
from mockserver.judge.redaction import Redaction
from mockserver.state.clock import iso_milliseconds

MAX_BYTES = 256 * 1024 * 1024
MAX_ENTRIES = 100_000

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ANEW = "record it anew as HAR 1.2"
_SMALLER = "record the provider's requests alone"

Form = TypeVar("Form")


class Pair(Struct):
    """A header, or a field of a form."""

    name: str = ""
    value: str | int | float | bool | None = None

    @property
    def text(self) -> str:
        """The value as it was sent."""
        return "" if self.value is None else str(self.value)


class PostData(Struct, rename="camel"):
    """The body of a request: text, form fields, or both."""

    mime_type: str | None = None
    text: str | None = None
    params: list[Pair] | None = None
    encoding: str | None = None


class SentRequest(Struct, rename="camel"):
    """A recorded request; a size of -1 or None is unknown."""

    method: str
    url: str
    headers: list[Pair] | None = None
    post_data: PostData | None = None
    body_size: float | None = None


class Content(Struct, rename="camel"):
    """The body of a reply; without text it was not recorded."""

    size: float | None = None
    mime_type: str | None = None
    text: str | None = None
    encoding: str | None = None


class HarResponse(Struct, rename="camel"):
    """A recorded reply; a status of 0 or below means no reply."""

    status: int | None = None
    headers: list[Pair] | None = None
    content: Content | None = None
    body_size: float | None = None


class HarEntry(Struct, rename="camel"):
    """One request, and the reply if there was one."""

    request: SentRequest
    response: HarResponse | None = None
    started_date_time: str | None = None
    time: float | None = None
    resource_type: str | None = field(name="_resourceType", default=None)
    from_cache: str | bool | None = field(name="_fromCache", default=None)


class Recording:
    """A HAR file; `urls` has each entry's."""

    def __init__(self, name: str, urls: Sequence[str], entries: Sequence[msgspec.Raw]) -> None:
        self.name = name
        self.urls = urls
        self._entries = entries

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """Read a file.

        Raises: DocumentError, with the place, if it cannot be read, is not a valid HAR or is too large.
        """
        return cls.parse(_content(path), str(path))

    @classmethod
    def parse(cls, content: bytes, name: str) -> "Recording":
        """Read the content of a file; raises as `read` does."""
        content = content.removeprefix(_BYTE_ORDER_MARK)
        urls = [entry.request.url for entry in _decode(content, _File[_Sent], name).log.entries]
        if len(urls) > MAX_ENTRIES:
            raise DocumentError(f"has more than {MAX_ENTRIES} entries", where=name, hint=_SMALLER)
        return cls(name, urls, _decode(content, _File[msgspec.Raw], name).log.entries)

    def entry(self, index: int) -> HarEntry:
        """Return an entry, counted from 0.

        Raises: DocumentError if it cannot be read.
        """
        return _decode(self._entries[index], HarEntry, f"{self.name}, entry {index + 1}")


class _Address(Struct):
    url: str


class _Sent(Struct):
    """An entry of which only the address is decoded."""

    request: _Address


class _Log(Struct, Generic[Form]):
    entries: list[Form]


class _File(Struct, Generic[Form]):
    log: _Log[Form]


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if len(content) > MAX_BYTES:
        raise DocumentError(f"is larger than {MAX_BYTES // 1024 // 1024} MB", where=str(path), hint=_SMALLER)
    if content.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise DocumentError("is packed", where=str(path), hint="unpack it first")
    return content


def _decode(content: bytes | msgspec.Raw, form: type[Form], name: str) -> Form:
    try:
        return msgspec.json.decode(content, type=form, strict=False)
    except RecursionError as error:
        raise DocumentError("is nested deeper than any HAR", where=name, hint=_ANEW) from error
    except NOT_JSON as error:
        raise DocumentError(f"is not a valid HAR: {error}", where=name, hint=_ANEW) from error


_VERSION = "HTTP/1.1"
_UNKNOWN = -1
_PHRASES = {each.value: each.phrase for each in HTTPStatus}


def to_har(exchanges: Iterable[Exchange], redaction: Redaction) -> dict[str, Any]:
    """Return the exchanges as a HAR document without incomplete bodies."""
    creator = {"name": "mockserver", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_written_entry(each, redaction) for each in exchanges]}}


def _written_entry(exchange: Exchange, redaction: Redaction) -> dict[str, Any]:
    took_ms = exchange.took_us / 1000
    return {
        "startedDateTime": iso_milliseconds(exchange.at),
        "time": took_ms,
        "request": _written_request(exchange, redaction),
        "response": _written_response(exchange, redaction),
        "cache": {},
        "timings": {"send": 0, "wait": took_ms, "receive": 0},
        "comment": _comment(exchange),
    }


def _comment(exchange: Exchange) -> str:
    parts = " and the ".join(sorted(exchange.incomplete_parts))
    cut = f", of which the body of the {parts} is not whole" if parts else ""
    return f"exchange {exchange.number}: {exchange.operation or 'no operation'}{cut}"


def _written_request(exchange: Exchange, redaction: Redaction) -> dict[str, Any]:
    request = exchange.request
    content_type = request.header(b"content-type")
    written = {
        "method": request.method,
        "url": redaction.segments(request.base_url) + redaction.path(request),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _named(redaction.headers(request.raw_headers)),
        "queryString": _named(parse_qsl(redaction.query(request.query), keep_blank_values=True)),
        "headersSize": _UNKNOWN,
        "bodySize": len(request.body or b""),
    }
    if "request" in exchange.incomplete_parts:
        return {**written, "bodySize": _UNKNOWN, "postData": {"mimeType": content_type}}
    return {**written, "postData": _shown_body(request.body, content_type, redaction)} if request.body else written


def _written_response(exchange: Exchange, redaction: Redaction) -> dict[str, Any]:
    is_known = "reply" not in exchange.incomplete_parts
    content_type = dict(exchange.headers).get(b"content-type", b"").decode("latin-1")
    size = len(exchange.body) if is_known else _UNKNOWN
    body = _shown_body(exchange.body, content_type, redaction) if is_known else {"mimeType": content_type}
    return {
        "status": exchange.status,
        "statusText": _PHRASES.get(exchange.status, ""),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _named(redaction.headers(exchange.headers)),
        "content": {"size": size, **body},
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": size,
    }


def _named(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _shown_body(body: bytes, content_type: str, redaction: Redaction) -> dict[str, str]:
    shown = redaction.body(body, content_type)
    try:
        return {"mimeType": content_type, "text": shown.decode()}
    except UnicodeDecodeError:
        return {"mimeType": content_type, "text": b64encode(shown).decode(), "encoding": "base64"}
