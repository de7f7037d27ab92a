"""One provider's part of a recording, as the exchanges that a journal would hold."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mockserver.contract import Contract
from mockserver.contract.routes import Route, Routes
from mockserver.errors import DocumentError
from mockserver.exchange import Exchange, Violation
from mockserver.judge.har import HarEntry, Recording
from mockserver.judge.places import Attribution, choose
from mockserver.judge.recorded import exchange_of, target_of
from mockserver.providers.provider import Provider

PREFLIGHTS = "preflights"
CACHED = "from the browser's cache"


class Traffic(Struct, frozen=True):
    """What a recording has of one provider.

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
    """Return what the HAR file has of the provider; `urls` are addresses to look for beside its own.

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
    addresses = Counter(exchange.request.origin for exchange in exchanges)
    return Traffic(tuple(exchanges), len(recording.urls), addresses, left_out)


def recognised(exchange: Exchange, contract: Contract, routes: Routes) -> Exchange:
    """Return the exchange with its operation and all that the contract has against its request."""
    route = routes.find(exchange.request.path)
    if route is None or exchange.request.method not in route.operations:
        return exchange
    operation = route.operations[exchange.request.method]
    return replace(exchange, operation=operation.id, violations=tuple(_violations(exchange, contract, route)))


def _violations(exchange: Exchange, contract: Contract, route: Route) -> list[Violation]:
    """Return what the pipeline would note, as far as the request was recorded."""
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
    """Return why the entry is no request of the consumer's to the service; empty if it is one."""
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
        raise DocumentError(str(error), where=where, remedy="record it anew as HAR 1.2") from error


def _nothing_of(provider: Provider, recording: Recording, urls: Sequence[str]) -> DocumentError:
    targets = filter(None, map(target_of, recording.urls))
    origins = [origin for origin, _ in Counter(target.origin for target in targets).most_common(5)]
    asked = " or ".join(f"{each.origin}{each.path.rstrip('/')}" for each in map(target_of, [provider.origin, *urls]) if each)
    remedy = f"name the address with --url; it has {', '.join(origins)}" if origins else "record some of it"
    return DocumentError(f"has no request to {asked} among its entries", where=recording.name, remedy=remedy)
