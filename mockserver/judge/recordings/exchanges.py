"""Convert entries of a recording to exchanges.

Nothing is guessed: an exchange says whether its bodies are complete.
"""

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from mockserver.contract import Contract
from mockserver.contract.routes import Routes
from mockserver.errors import DocumentError
from mockserver.exchange import Exchange, RawHeaders, Request
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


Attribution = RecordedAddress | str
"""An entry's address for the provider, or why it is left out."""


class _Attributor:
    """Tell a provider's entries from others."""

    def __init__(self, recording: Recording, contract: Contract, provider: Provider, urls: Sequence[str]) -> None:
        self._recording = recording
        self._owner = contract.routes.owner
        self._provider = provider.name
        self._own = _addresses([provider.origin])
        self._given = _addresses(urls)
        # Without a URL and an entry for the provider's own address: those that a mock answered, else those of its paths.
        self._rules = [self.by_address] if urls else [self.by_address, self.by_mock, self.by_path]

    def attributed(self) -> tuple[dict[int, RecordedAddress], Counter[str]]:
        """Return index → address, and reason → number of others."""
        for rule in self._rules:
            found = [self._attribution(rule, index, url) for index, url in enumerate(self._recording.urls)]
            addresses = {index: each for index, each in enumerate(found) if not isinstance(each, str)}
            if addresses:
                break
        return addresses, Counter(each for each in found if isinstance(each, str))

    def _attribution(self, rule: Callable[[int, RecordedAddress], Attribution], index: int, url: str) -> Attribution:
        address = address_of(url)
        return ELSEWHERE if address is None else rule(index, address)

    def by_address(self, _index: int, address: RecordedAddress) -> Attribution:
        own = _below(address, self._own)
        if own is not None:
            return own
        given = _below(address, self._given)
        return ELSEWHERE if given is None else self._shared(given)

    def by_mock(self, index: int, address: RecordedAddress) -> Attribution:
        response = self._recording.entry(index).response
        names = {pair.name.lower() for pair in (response and response.headers) or ()}
        return self._shared(address) if "mock-exchange" in names else ELSEWHERE

    def by_path(self, _index: int, address: RecordedAddress) -> Attribution:
        address = _without_sandbox(address)
        return address if self._owner(address.path) == self._provider else ELSEWHERE

    def _shared(self, address: RecordedAddress) -> Attribution:
        """Skip entries of other providers at a shared address."""
        address = _without_sandbox(address)
        if CONTROL.match(address.path):
            return OF_THE_MOCK
        return address if self._owner(address.path) in (self._provider, None) else OTHER_PROVIDERS


def _addresses(urls: Sequence[str]) -> list[RecordedAddress]:
    return [replace(address, path=address.path.rstrip("/")) for url in urls if (address := address_of(url)) is not None]


def _below(address: RecordedAddress, bases: Sequence[RecordedAddress]) -> RecordedAddress | None:
    """Return the address relative to the first base that contains it."""
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
    """Return the address of an HTTP URL without its credentials."""
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
        incomplete_parts=frozenset(name for name, known in (("request", sent_whole), ("reply", whole)) if not known),
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
    """Return the recorded content type as a header."""
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
    size = _size(response.body_size if content.size is None else content.size)
    return b"", max(size, _announced(response.headers)) == 0


def _bytes(text: str, encoding: str | None, place: str) -> bytes:
    if encoding != "base64":
        return text.encode("utf-8", "replace")
    try:
        return b64decode(text)
    except ValueError as error:
        raise ValueError(f"{place} is not base64") from error


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
        entries: number of all entries.
        addresses: base URL → number of exchanges.
        left_out: reason → number of entries.
    """

    exchanges: tuple[Exchange, ...]
    entries: int
    addresses: Mapping[str, int]
    left_out: Mapping[str, int]


def traffic_of(recording: Recording, contract: Contract, provider: Provider, urls: Sequence[str] = ()) -> Traffic:
    """Return the recorded exchanges with the provider.

    urls: further addresses of the provider.
    Raises: DocumentError if there are none, or an entry cannot be read.
    """
    attributed, left_out = _Attributor(recording, contract, provider, urls).attributed()
    routes = Routes(each for each in contract.operations.values() if each.provider == provider.name)
    exchanges = []
    for index, address in attributed.items():
        entry = recording.entry(index)
        if reason := _not_sent(entry):
            left_out[reason] += 1
            continue
        try:
            exchange = exchange_of(entry, index + 1, address)
        except ValueError as error:
            where = f"{recording.name}, entry {index + 1}"
            raise DocumentError(str(error), where=where, hint="record it anew as HAR 1.2") from error
        exchanges.append(_recognised(exchange, contract, routes))
    if not exchanges:
        raise _nothing_of(provider, recording, urls)
    addresses = Counter(exchange.request.base_url for exchange in exchanges)
    return Traffic(tuple(exchanges), len(recording.urls), addresses, left_out)


def _recognised(exchange: Exchange, contract: Contract, routes: Routes) -> Exchange:
    """Return the exchange with its operation and violations."""
    request = exchange.request
    route = routes.find(request.path)
    if route is None or request.method not in route.operations:
        return exchange
    operation = route.operations[request.method]
    check = contract.check(operation)
    violations = check.path(route.parameters)[1] + check.query(request)[1]
    if "request" not in exchange.incomplete_parts and (request.body or operation.body_required):
        violations += check.body(request)[1]
    if request.raw_headers:
        violations += check.headers(request)
    elif not request.headers:
        violations = [each for each in violations if each.place != "content-type"]
    return replace(exchange, operation=operation.id, violations=tuple(violations))


def _not_sent(entry: HarEntry) -> str:
    """Return why the entry is no request to the service, if so."""
    names = {pair.name.lower() for pair in entry.request.headers or ()}
    asks_first = entry.resource_type == "preflight" or "access-control-request-method" in names
    if asks_first and entry.request.method == "OPTIONS":
        return PREFLIGHTS
    return CACHED if entry.from_cache else ""


def _nothing_of(provider: Provider, recording: Recording, urls: Sequence[str]) -> DocumentError:
    targets = filter(None, map(address_of, recording.urls))
    origins = [origin for origin, _ in Counter(address.base_url for address in targets).most_common(5)]
    asked = " or ".join(f"{each.base_url}{each.path.rstrip('/')}" for each in map(address_of, [provider.origin, *urls]) if each)
    hint = f"name the address with --url; it has {', '.join(origins)}" if origins else "record some of it"
    return DocumentError(f"has no request to {asked} among its entries", where=recording.name, hint=hint)
