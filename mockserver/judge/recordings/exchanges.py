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
    address: RecordedAddress


class ProviderEntries(Struct, frozen=True):
    """Entries of one provider, and the reasons for skipping others: reason → count."""

    attributions: tuple[Attribution, ...]
    left_out: Counter[str]


def entries_of(recording: Recording, contract: Contract, provider: Provider, urls: Sequence[str] = ()) -> ProviderEntries:
    """Return the entries sent to the provider's own address or one of the URLs.

    If there are none and no URL is given: those that a mock answered, else those whose path begins as the provider's do.
    """
    attributor = _Attributor(recording, contract, provider, urls)
    found = _chosen(recording, attributor.by_address)
    for rule in (attributor.by_mock, attributor.by_path):
        if not urls and not found.attributions:
            found = _chosen(recording, rule)
    return found


def _chosen(recording: Recording, rule: "AttributionRule") -> ProviderEntries:
    attributions, left_out = [], Counter[str]()
    for index, url in enumerate(recording.urls):
        address = address_of(url)
        reason, address = (ELSEWHERE, None) if address is None else rule(index, address)
        if reason or address is None:
            left_out[reason] += 1
        else:
            attributions.append(Attribution(index, address))
    return ProviderEntries(tuple(attributions), left_out)


AttributionRule = Callable[[int, RecordedAddress], tuple[str, RecordedAddress]]
"""Returns why an entry is left out, empty if it is not, and its address as the provider sees it."""


class _Attributor:
    """Knows the ways to tell a provider's entries from others."""

    def __init__(self, recording: Recording, contract: Contract, provider: Provider, urls: Sequence[str]) -> None:
        self._recording = recording
        self._owner = contract.routes.owner
        self._provider = provider.name
        self._own = _addresses([provider.origin])
        self._given = _addresses(urls)

    def by_address(self, _index: int, address: RecordedAddress) -> tuple[str, RecordedAddress]:
        own = _below(address, self._own)
        if own is not None:
            return "", own
        given = _below(address, self._given)
        return (ELSEWHERE, address) if given is None else self._shared(given)

    def by_mock(self, index: int, address: RecordedAddress) -> tuple[str, RecordedAddress]:
        response = self._recording.entry(index).response
        headers = (response and response.headers) or ()
        is_mocks = any(pair.name.lower() == "mock-exchange" for pair in headers)
        return self._shared(address) if is_mocks else (ELSEWHERE, address)

    def by_path(self, _index: int, address: RecordedAddress) -> tuple[str, RecordedAddress]:
        address = _without_sandbox(address)
        return "" if self._owner(address.path) == self._provider else ELSEWHERE, address

    def _shared(self, address: RecordedAddress) -> tuple[str, RecordedAddress]:
        """Skip entries of other providers at a shared address."""
        address = _without_sandbox(address)
        if CONTROL.match(address.path):
            return OF_THE_MOCK, address
        return OTHER_PROVIDERS if self._owner(address.path) not in (self._provider, None) else "", address


def _addresses(urls: Sequence[str]) -> list[RecordedAddress]:
    return [replace(address, path=address.path.rstrip("/")) for url in urls if (address := address_of(url)) is not None]


def _below(address: RecordedAddress, bases: Sequence[RecordedAddress]) -> RecordedAddress | None:
    """Return the address relative to the first base that contains it; else None."""
    for base in bases:
        rest = address.path.removeprefix(base.path)
        is_below = address.path.startswith(base.path) and rest[:1] in ("", "/")
        if address.base_url == base.base_url and is_below:
            return RecordedAddress(base.base_url + base.path, rest or "/", address.query)
    return None


def _without_sandbox(address: RecordedAddress) -> RecordedAddress:
    prefix = _SANDBOX.match(address.path)
    if prefix is None:
        return address
    return RecordedAddress(address.base_url + prefix[0], address.path[prefix.end() :], address.query)


_IN_PATHS = "/%:@!$&'()*+,;=~"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_BODILESS = (204, 304)
_LONGEST_MS = 1e12


def address_of(url: str) -> RecordedAddress | None:
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


def exchange_of(entry: HarEntry, number: int, address: RecordedAddress) -> Exchange:
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
        request=_request(entry.request, address, sent),
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


def _request(sent: SentRequest, address: RecordedAddress, body: bytes | None) -> Request:
    raw = _headers(sent.headers)
    # Without any header they were not recorded; what the body was said to be is then all that is known.
    headers = dict(raw or _declared(sent.post_data))
    return Request(sent.method, address.path, address.query, address.base_url, headers, raw, body)


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
    found = entries_of(recording, contract, provider, urls)
    routes = Routes(each for each in contract.operations.values() if each.provider == provider.name)
    left_out = Counter(found.left_out)
    exchanges = []
    for attribution in found.attributions:
        entry = recording.entry(attribution.index)
        reason = _not_sent(entry)
        if reason:
            left_out[reason] += 1
        else:
            exchanges.append(recognised(_exchange(recording, attribution, entry), contract, routes))
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


def _exchange(recording: Recording, attribution: Attribution, entry: HarEntry) -> Exchange:
    try:
        return exchange_of(entry, attribution.index + 1, attribution.address)
    except ValueError as error:
        where = f"{recording.name}, entry {attribution.index + 1}"
        raise DocumentError(str(error), where=where, hint="record it anew as HAR 1.2") from error


def _nothing_of(provider: Provider, recording: Recording, urls: Sequence[str]) -> DocumentError:
    targets = filter(None, map(address_of, recording.urls))
    origins = [origin for origin, _ in Counter(address.base_url for address in targets).most_common(5)]
    asked = " or ".join(f"{each.base_url}{each.path.rstrip('/')}" for each in map(address_of, [provider.origin, *urls]) if each)
    hint = f"name the address with --url; it has {', '.join(origins)}" if origins else "record some of it"
    return DocumentError(f"has no request to {asked} among its entries", where=recording.name, hint=hint)
