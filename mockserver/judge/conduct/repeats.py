"""Rules on repeated requests: retries, polling, creations repeated after a lost reply."""

from collections.abc import Hashable, Iterator
from email.utils import parsedate_to_datetime

from msgspec import Struct, field

from mockserver.exchange import Exchange
from mockserver.judge.conduct.reading import (
    MANGLING,
    client_of,
    identities_in,
    identity_of,
    is_write,
    kinds,
    last_segment,
    may_not_know,
    request_of,
    succeeded,
    waited_ms,
    was_in_flight,
    was_seen,
)
from mockserver.judge.rules import Hit, RuleInput, rule

LOOKS = 5
"""Equal answers in a row that are polling."""


@rule("ignored-retry-after", "error", "A service may block clients that come back before the time it asked for.")
def ignored_retry_after(traffic: RuleInput) -> Iterator[Hit]:
    refused: dict[Hashable, tuple[Exchange, int]] = {}
    for exchange in traffic.exchanges:
        key = client_of(traffic, exchange), request_of(exchange)
        if key in refused:
            first, wait_ms = refused[key]
            if may_not_know(first, exchange):
                continue
            waited = waited_ms(first, exchange)
            if waited is not None and waited < wait_ms:
                about = exchange.operation or exchange.request.method
                detail = f"repeated before the {wait_ms // 1000} s were over that the {first.status} reply asked for"
                yield Hit(exchange=exchange, about=about, place="header.retry-after", detail=detail)
            del refused[key]
        wait = _retry_after_ms(exchange)
        if wait is not None:
            refused[key] = exchange, wait


def _retry_after_ms(exchange: Exchange) -> int | None:
    """Return the wait in the reply, if the client saw one."""
    text = dict(exchange.headers).get(b"retry-after", b"").decode("latin-1").strip()
    if kinds(exchange) & {"lost-reply", "drop"} or not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text[:9]) * 1_000
    try:
        return max(round(parsedate_to_datetime(text).timestamp() * 1_000) - exchange.at, 0)
    except (ValueError, OverflowError):
        return None


class _Lost(Struct):
    """Creations of one client whose replies it never read."""

    by_request: dict[Hashable, Exchange] = field(default_factory=dict)
    by_id: dict[str, Hashable] = field(default_factory=dict)

    def add(self, exchange: Exchange) -> None:
        self.by_request[request_of(exchange)] = exchange
        self.by_id[identity_of(exchange)] = request_of(exchange)

    def forget_what_is_known(self, exchange: Exchange) -> None:
        """Drop creations whose record the client now sees or deletes."""
        is_deletion = exchange.request.method == "DELETE"
        for identity in [last_segment(exchange)] if is_deletion else [] if is_write(exchange) else identities_in(exchange):
            self.by_request.pop(self.by_id.pop(identity, None), None)


@rule(
    "create-repeated-after-lost-reply",
    "error",
    "A lost reply does not mean a failed request. Look for the record before you create it again.",
    needs_mock=True,
)
def create_repeated_after_lost_reply(traffic: RuleInput) -> Iterator[Hit]:
    clients: dict[Hashable, _Lost] = {}
    for exchange in traffic.exchanges:
        lost = clients.setdefault(client_of(traffic, exchange), _Lost())
        if lost.by_request and was_seen(exchange):
            lost.forget_what_is_known(exchange)
        if exchange.operation not in traffic.conduct.creates or not succeeded(exchange):
            continue
        first = lost.by_request.pop(request_of(exchange), None)
        if first is not None and not was_in_flight(first, exchange):
            yield Hit(exchange=exchange, about=exchange.operation, place="body", detail=_double(first, exchange))
        if kinds(exchange) & MANGLING:
            lost.add(exchange)


def _double(first: Exchange, second: Exchange) -> str:
    old, new = identity_of(first) or "a record", identity_of(second) or "another"
    return f"{new} is a double of {old}, which exchange {first.number} created, though its reply did not arrive"


@rule(
    "polling-too-fast", "warning", "Fast polling of unchanged data costs both sides, and runs into rate limits.", needs_mock=True
)
def polling_too_fast(traffic: RuleInput) -> Iterator[Hit]:
    clients: dict[Hashable, dict[Hashable, list[Exchange]]] = {}
    for exchange in traffic.exchanges if traffic.settings.clock == "real" else ():
        runs = clients.setdefault(client_of(traffic, exchange), {})
        if is_write(exchange):
            # A client that changes something has a reason to look again.
            yield from (each for run in runs.values() for each in _polls(run, traffic))
            runs.clear()
        elif exchange.operation and was_seen(exchange):
            run = runs.setdefault((exchange.request.path, exchange.request.query), [])
            if run and may_not_know(run[-1], exchange):
                continue
            if run and not _is_another_look(run[-1], exchange, traffic.settings.polling_ms):
                yield from _polls(run, traffic)
                run.clear()
            run.append(exchange)
    yield from (each for runs in clients.values() for run in runs.values() for each in _polls(run, traffic))


def _is_another_look(first: Exchange, second: Exchange, polling_ms: int) -> bool:
    waited = waited_ms(first, second)
    is_soon = waited is not None and waited < polling_ms
    return is_soon and (first.status, first.body) == (second.status, second.body)


def _polls(run: list[Exchange], traffic: RuleInput) -> Iterator[Hit]:
    if len(run) < LOOKS:
        return
    for exchange in run[1:]:
        detail = f"the same request within {traffic.settings.polling_ms} ms, with the same answer"
        yield Hit(exchange=exchange, about=exchange.operation, place="request", detail=detail)
