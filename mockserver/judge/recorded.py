"""Makes exchanges of a recording's entries.

What a recorder left out is never guessed: an exchange says whether its bodies are known as a whole.
"""

from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct

from mockserver.exchange import Exchange, RawHeaders, Request
from mockserver.judge.har import Content, HarEntry, HarResponse, Pair, PostData, SentRequest
from mockserver.state.clock import parse_timestamp

_IN_PATHS = "/%:@!$&'()*+,;=~"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_BODILESS = (204, 304)
_LONGEST_MS = 1e12


class RecordedAddress(Struct, frozen=True):
    """Where a request went.

    Attributes:
        origin: scheme, host and whatever stands before the path that the provider would see.
        path: that path, percent-encoded.
    """

    origin: str
    path: str
    query: bytes = b""


def target_of(url: str) -> RecordedAddress | None:
    """Return the target of a URL, its credentials left out; None for one that no HTTP request goes to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(_DEFAULT_PORTS[parts.scheme])
    path = quote(parts.path, safe=_IN_PATHS, errors="replace") or "/"
    return RecordedAddress(f"{parts.scheme}://{host}", path, parts.query.encode("utf-8", "replace"))


def exchange_of(entry: HarEntry, number: int, target: RecordedAddress) -> Exchange:
    """Return the entry as an exchange of which nobody has said yet which operation it is.

    Raises: ValueError that names the member that cannot be read.
    """
    response = entry.response or HarResponse()
    sent, sent_whole = _sent_body(entry.request)
    body, whole = _content(response, entry.request.method)
    headers = _headers(response.headers)
    return Exchange(
        number=number,
        at=_moment(entry.started_date_time),
        request=_request(entry.request, target, sent),
        operation="",
        status=max(response.status or 0, 0),
        headers=headers or _declared(response.content),
        body=body,
        assumed=_assumed(dict(headers).get(b"mock-assumed", b"")),
        violations=(),
        real_ms=_moment(entry.started_date_time),
        took_us=round(min(max(entry.time or 0, 0), _LONGEST_MS) * 1000),
        partial=frozenset(name for name, known in (("request", sent_whole), ("reply", whole)) if not known),
    )


def _request(sent: SentRequest, target: RecordedAddress, body: bytes | None) -> Request:
    raw = _headers(sent.headers)
    # Without any header they were not recorded; what the body was said to be is then all that is known.
    headers = dict(raw or _declared(sent.post_data))
    return Request(sent.method, target.path, target.query, target.origin, headers, raw, body)


def _headers(pairs: Iterable[Pair] | None) -> RawHeaders:
    named = [(pair.name.lower(), pair.text) for pair in pairs or ()]
    own = [("host" if name == ":authority" else name, value) for name, value in named]
    return [(_header_bytes(name), _header_bytes(value)) for name, value in own if name and not name.startswith(":")]


def _header_bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _declared(body: Content | PostData | None) -> RawHeaders:
    """Return what was recorded of a body's type, for a message whose headers were not."""
    declared = body.mime_type if body is not None else None
    return [(b"content-type", _header_bytes(declared))] if declared and declared != "x-unknown" else []


def _sent_body(sent: SentRequest) -> tuple[bytes | None, bool]:
    """Return the body of a request, None if there is none, and whether that is the whole of it."""
    data = sent.post_data
    if data is not None and data.text:
        return _bytes(data.text, data.encoding, "request.postData.text"), True
    if data is not None and data.params:
        return urlencode([(pair.name, pair.text) for pair in data.params]).encode(), True
    size = max(_size(sent.body_size), _announced(sent.headers))
    return None, size == 0 or (size < 0 and data is None)


def _content(response: HarResponse, method: str) -> tuple[bytes, bool]:
    """Return the body of a reply, and whether that is the whole of it."""
    content = response.content or Content()
    if content.text:
        return _bytes(content.text, content.encoding, "response.content.text"), True
    if method == "HEAD" or response.status in _BODILESS:
        return b"", True
    size = _size(response.body_size) if content.size is None else _size(content.size)
    return b"", max(size, _announced(response.headers)) == 0


def _bytes(text: str, encoding: str | None, place: str) -> bytes:
    if encoding != "base64":
        return text.encode("utf-8", "replace")
    try:
        return b64decode(text)
    except ValueError as error:
        raise ValueError(f"{place} is no base64") from error


def _size(size: float | None) -> int:
    return -1 if size is None else int(size)


def _announced(headers: Iterable[Pair] | None) -> int:
    """Return how many bytes the headers announce; -1 if they do not say."""
    lengths = [pair.text for pair in headers or () if pair.name.lower() == "content-length"]
    return max((int(text[:20]) for text in lengths if text.isascii() and text.isdigit()), default=-1)


def _moment(text: str | None) -> int:
    with suppress(ValueError):
        return parse_timestamp(text or "")
    return 0


def _assumed(header: bytes) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.decode("latin-1").split(", "))
    return {key: choice for key, _, choice in pairs if choice}
