"""Convert entries of a recording to exchanges.

What a recorder left out is never guessed: an exchange says whether its bodies are known as a whole.
"""

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from mockserver.contract import Contract
from mockserver.contract.routes import Route, Routes
from mockserver.errors import DocumentError
from mockserver.exchange import Exchange, RawHeaders, Request, Violation
from mockserver.judge.recordings.har import Content, HarEntry, HarResponse, Pair, PostData, Recording, SentRequest
from mockserver.providers.provider import Provider
from mockserver.state.clock import parse_timestamp

CONTROL = re.compile(r"/_mock(?:/|$)")

ELSEWHERE = "of other addresses"
OTHER_PROVIDERS = "of other providers"
OF_THE_MOCK = "of the mock's own API"

_SANDBOX = re.compile(r"/@[^/]+(?=/)")


class RecordedAddress(Struct, frozen=True):
    """Address of a recorded request.

    Attributes:
        base_url: scheme, host and prefix of the path that the provider sees.
        path: that path, percent-encoded.
    """

    base_url: str
    path: str
    query: bytes = b""


class Attribution(Struct, frozen=True):
    """An entry, counted from 0, and its address as the provider sees it."""

    index: int
    target: RecordedAddress


class Choice(Struct, frozen=True):
    """Entries of one provider, and the reasons for skipping others: reason → count."""

    places: tuple[Attribution, ...]
    left_out: Counter[str]


def choose(recording: Recording, contract: Contract, provider: Provider, urls: Sequence[str] = ()) -> Choice:
    """Return the entries sent to the provider's own address or one of the URLs.

    If there are none and no URL is given: those that a mock answered, else those whose path begins as the provider's do.
    """
    sieve = _Sieve(recording, contract, provider, urls)
    choice = _chosen(recording, sieve.by_address)
    for way in (sieve.by_mock, sieve.by_path):
        if not urls and not choice.places:
            choice = _chosen(recording, way)
    return choice


def _chosen(recording: Recording, way: "Way") -> Choice:
    places, left_out = [], Counter[str]()
    for index, url in enumerate(recording.urls):
        target = target_of(url)
        reason, target = (ELSEWHERE, None) if target is None else way(index, target)
        if reason or target is None:
            left_out[reason] += 1
        else:
            places.append(Attribution(index, target))
    return Choice(tuple(places), left_out)


Way = Callable[[int, RecordedAddress], tuple[str, RecordedAddress]]
"""Returns why an entry is left out, empty if it is not, and its target as the provider sees it."""


class _Sieve:
    """Knows the ways to tell a provider's entries from others."""

    def __init__(self, recording: Recording, contract: Contract, provider: Provider, urls: Sequence[str]) -> None:
        self._recording = recording
        self._owner = contract.routes.owner
        self._provider = provider.name
        self._own = _addresses([provider.origin])
        self._given = _addresses(urls)

    def by_address(self, _index: int, target: RecordedAddress) -> tuple[str, RecordedAddress]:
        own = _below(target, self._own)
        if own is not None:
            return "", own
        given = _below(target, self._given)
        return (ELSEWHERE, target) if given is None else self._shared(given)

    def by_mock(self, index: int, target: RecordedAddress) -> tuple[str, RecordedAddress]:
        response = self._recording.entry(index).response
        headers = (response and response.headers) or ()
        is_mocks = any(pair.name.lower() == "mock-exchange" for pair in headers)
        return self._shared(target) if is_mocks else (ELSEWHERE, target)

    def by_path(self, _index: int, target: RecordedAddress) -> tuple[str, RecordedAddress]:
        target = _without_sandbox(target)
        return "" if self._owner(target.path) == self._provider else ELSEWHERE, target

    def _shared(self, target: RecordedAddress) -> tuple[str, RecordedAddress]:
        """Skip entries of other providers at a shared address."""
        target = _without_sandbox(target)
        if CONTROL.match(target.path):
            return OF_THE_MOCK, target
        return OTHER_PROVIDERS if self._owner(target.path) not in (self._provider, None) else "", target


def _addresses(urls: Sequence[str]) -> list[RecordedAddress]:
    return [replace(target, path=target.path.rstrip("/")) for url in urls if (target := target_of(url)) is not None]


def _below(target: RecordedAddress, addresses: Sequence[RecordedAddress]) -> RecordedAddress | None:
    """Return the address relative to the first base address that contains it; else None."""
    for address in addresses:
        rest = target.path.removeprefix(address.path)
        is_below = target.path.startswith(address.path) and rest[:1] in ("", "/")
        if target.base_url == address.base_url and is_below:
            return RecordedAddress(target.base_url + address.path, rest or "/", target.query)
    return None


def _without_sandbox(target: RecordedAddress) -> RecordedAddress:
    prefix = _SANDBOX.match(target.path)
    if prefix is None:
        return target
    return RecordedAddress(target.base_url + prefix[0], target.path[prefix.end() :], target.query)


_IN_PATHS = "/%:@!$&'()*+,;=~"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_BODILESS = (204, 304)
_LONGEST_MS = 1e12


def target_of(url: str) -> RecordedAddress | None:
    """Return the address of a URL, credentials removed; None for one that is not HTTP."""
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
    """Return the entry as an exchange without its operation.

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
    return Request(sent.method, target.path, target.query, target.base_url, headers, raw, body)


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
    """Return the recorded content type, for a message without recorded headers."""
    declared = body.mime_type if body is not None else None
    return [(b"content-type", _header_bytes(declared))] if declared and declared != "x-unknown" else []


def _sent_body(sent: SentRequest) -> tuple[bytes | None, bool]:
    """Return a request's body, and whether it is complete."""
    data = sent.post_data
    if data is not None and data.text:
        return _bytes(data.text, data.encoding, "request.postData.text"), True
    if data is not None and data.params:
        return urlencode([(pair.name, pair.text) for pair in data.params]).encode(), True
    size = max(_size(sent.body_size), _announced(sent.headers))
    return None, size == 0 or (size < 0 and data is None)


def _content(response: HarResponse, method: str) -> tuple[bytes, bool]:
    """Return a reply's body, and whether it is complete."""
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
    """Return the announced length of the body; -1 if there is none."""
    lengths = [pair.text for pair in headers or () if pair.name.lower() == "content-length"]
    return max((int(text[:20]) for text in lengths if text.isascii() and text.isdigit()), default=-1)


def _moment(text: str | None) -> int:
    with suppress(ValueError):
        return parse_timestamp(text or "")
    return 0


def _assumed(header: bytes) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.decode("latin-1").split(", "))
    return {key: choice for key, _, choice in pairs if choice}


PREFLIGHTS = "preflights"
CACHED = "from the browser's cache"


class Traffic(Struct, frozen=True):
    """Exchanges of a recording with one provider.

    Attributes:
        exchanges: numbered as the entries are, from 1.
        entries: how many the recording has in all.
        addresses: where the exchanges went → how many.
        left_out: why entries are none of the exchanges → how many.
    """

    exchanges: tuple[Exchange, ...]
    entries: int
    addresses: Mapping[str, int]
    left_out: Mapping[str, int]


def read_traffic(path: Path, contract: Contract, provider: Provider, urls: Sequence[str] = ()) -> Traffic:
    """Return the provider's exchanges in the HAR file.

    urls: further addresses of the provider.

    Raises: DocumentError if the file cannot be read or has nothing of the provider.
    """
    return traffic_of(Recording.read(path), contract, provider, urls)


def traffic_of(recording: Recording, contract: Contract, provider: Provider, urls: Sequence[str] = ()) -> Traffic:
    """Return what the recording has of the provider; raises as `read_traffic` does."""
    choice = choose(recording, contract, provider, urls)
    routes = Routes(each for each in contract.operations.values() if each.provider == provider.name)
    left_out = Counter(choice.left_out)
    exchanges = []
    for place in choice.places:
        entry = recording.entry(place.index)
        reason = _not_sent(entry)
        if reason:
            left_out[reason] += 1
        else:
            exchanges.append(recognised(_exchange(recording, place, entry), contract, routes))
    if not exchanges:
        raise _nothing_of(provider, recording, urls)
    addresses = Counter(exchange.request.base_url for exchange in exchanges)
    return Traffic(tuple(exchanges), len(recording.urls), addresses, left_out)


def recognised(exchange: Exchange, contract: Contract, routes: Routes) -> Exchange:
    """Return the exchange with its operation and the violations of its request."""
    route = routes.find(exchange.request.path)
    if route is None or exchange.request.method not in route.operations:
        return exchange
    operation = route.operations[exchange.request.method]
    return replace(exchange, operation=operation.id, violations=tuple(_violations(exchange, contract, route)))


def _violations(exchange: Exchange, contract: Contract, route: Route) -> list[Violation]:
    """Return the violations that the pipeline would note, as far as the request was recorded."""
    request = exchange.request
    operation = route.operations[request.method]
    check = contract.check(operation)
    violations = check.path(route.parameters)[1] + check.query(request)[1]
    if "request" not in exchange.partial and (request.body or operation.body_required):
        violations += check.body(request)[1]
    if request.raw_headers:
        return violations + check.headers(request)
    return violations if request.headers else [each for each in violations if each.place != "content-type"]


def _not_sent(entry: HarEntry) -> str:
    """Return why the entry is no request to the service; empty if it is one."""
    names = {pair.name.lower() for pair in entry.request.headers or ()}
    asks_first = entry.resource_type == "preflight" or "access-control-request-method" in names
    if asks_first and entry.request.method == "OPTIONS":
        return PREFLIGHTS
    return CACHED if entry.from_cache else ""


def _exchange(recording: Recording, place: Attribution, entry: HarEntry) -> Exchange:
    try:
        return exchange_of(entry, place.index + 1, place.target)
    except ValueError as error:
        where = f"{recording.name}, entry {place.index + 1}"
        raise DocumentError(str(error), where=where, hint="record it anew as HAR 1.2") from error


def _nothing_of(provider: Provider, recording: Recording, urls: Sequence[str]) -> DocumentError:
    targets = filter(None, map(target_of, recording.urls))
    origins = [origin for origin, _ in Counter(target.base_url for target in targets).most_common(5)]
    asked = " or ".join(f"{each.base_url}{each.path.rstrip('/')}" for each in map(target_of, [provider.origin, *urls]) if each)
    hint = f"name the address with --url; it has {', '.join(origins)}" if origins else "record some of it"
    return DocumentError(f"has no request to {asked} among its entries", where=recording.name, hint=hint)
