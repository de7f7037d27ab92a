"""Write exchanges as a HAR 1.2 file without credentials."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from mockserver import __version__
from mockserver.exchange import Exchange, RawHeaders
from mockserver.judge.redaction import Redaction
from mockserver.state.clock import iso_milliseconds

_VERSION = "HTTP/1.1"
_UNKNOWN = -1


def to_har(exchanges: Iterable[Exchange], redaction: Redaction) -> dict[str, Any]:
    """Return the exchanges as a HAR document; an incomplete body is omitted with a comment."""
    creator = {"name": "mockserver", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_entry(each, redaction) for each in exchanges]}}


def _entry(exchange: Exchange, redaction: Redaction) -> dict[str, Any]:
    took_ms = exchange.took_us / 1000
    return {
        "startedDateTime": iso_milliseconds(exchange.at),
        "time": took_ms,
        "request": _request(exchange, redaction),
        "response": _response(exchange, redaction),
        "cache": {},
        "timings": {"send": 0, "wait": took_ms, "receive": 0},
        "comment": _comment(exchange),
    }


def _comment(exchange: Exchange) -> str:
    cut = f", of which the body of the {' and the '.join(sorted(exchange.partial))} is not whole" if exchange.partial else ""
    return f"exchange {exchange.number}: {exchange.operation or 'no operation'}{cut}"


def _request(exchange: Exchange, redaction: Redaction) -> dict[str, Any]:
    request = exchange.request
    query = redaction.query(request.query)
    written = {
        "method": request.method,
        "url": redaction.segments(request.base_url) + redaction.path(request),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _headers(request.raw_headers, redaction),
        "queryString": [{"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)],
        "headersSize": _UNKNOWN,
        "bodySize": len(request.body or b""),
    }
    if "request" in exchange.partial:
        return {**written, "bodySize": _UNKNOWN, "postData": {"mimeType": _content_type(request.headers)}}
    if not request.body:
        return written
    return {**written, "postData": _body(request.body, _content_type(request.headers), redaction)}


def _response(exchange: Exchange, redaction: Redaction) -> dict[str, Any]:
    is_known = "reply" not in exchange.partial
    content_type = _content_type(dict(exchange.headers))
    size = len(exchange.body) if is_known else _UNKNOWN
    body = _body(exchange.body, content_type, redaction) if is_known else {"mimeType": content_type}
    return {
        "status": exchange.status,
        "statusText": _phrase(exchange.status),
        "httpVersion": _VERSION,
        "cookies": [],
        "headers": _headers(exchange.headers, redaction),
        "content": {"size": size, **body},
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": size,
    }


def _headers(headers: RawHeaders, redaction: Redaction) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in redaction.headers(headers)]


def _body(body: bytes, content_type: str, redaction: Redaction) -> dict[str, str]:
    shown = redaction.body(body, content_type)
    try:
        return {"mimeType": content_type, "text": shown.decode()}
    except UnicodeDecodeError:
        return {"mimeType": content_type, "text": b64encode(shown).decode(), "encoding": "base64"}


def _content_type(headers: Mapping[bytes, bytes]) -> str:
    return headers.get(b"content-type", b"").decode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
