"""Rules on what a client sends again: too soon, too often, or although the first one had its effect."""

from collections.abc import Hashable, Iterator
from email.utils import parsedate_to_datetime

from mockserver.exchange import Exchange
from mockserver.judge.case import Case
from mockserver.judge.conduct.reading import (
    MANGLING,
    client_of,
    identity_of,
    is_write,
    kinds,
    last_segment,
    request_of,
    succeeded,
    waited_ms,
    was_in_flight,
    was_seen,
)
from mockserver.judge.rules import Rule, Sighting

LOOKS = 5
"""So often in a row the same answer must have been fetched before this is polling; less is what pages do that load twice."""


def _ignored_retry_after(case: Case) -> Iterator[Sighting]:
    refused: dict[Hashable, tuple[Exchange, int]] = {}
    for exchange in case.exchanges:
        key = client_of(case, exchange), request_of(exchange)
        if key in refused and _came_too_soon(*refused[key], exchange):
            first, wait_ms = refused[key]
            detail = f"asked again before the {wait_ms // 1000} s had passed that the reply {first.status} asked for"
            yield Sighting(exchange=exchange, about=_about(exchange), place="header.retry-after", detail=detail)
        wait = _retry_after_ms(exchange)
        if wait is not None:
            refused[key] = exchange, wait
        elif key in refused and not was_in_flight(refused[key][0], exchange):
            del refused[key]


def _came_too_soon(first: Exchange, wait_ms: int, second: Exchange) -> bool:
    waited = waited_ms(first, second)
    return waited is not None and waited < wait_ms and not was_in_flight(first, second)


def _retry_after_ms(exchange: Exchange) -> int | None:
    """Return what the reply asks for; None if it asks for nothing or the client never saw it."""
    text = dict(exchange.headers).get(b"retry-after", b"").decode("latin-1").strip()
    if kinds(exchange) & {"lost-reply", "drop"} or not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text[:9]) * 1_000
    try:
        return max(round(parsedate_to_datetime(text).timestamp() * 1_000) - exchange.at, 0)
    except (ValueError, OverflowError):
        return None


def _creates_repeated(case: Case) -> Iterator[Sighting]:
    lost: dict[Hashable, Exchange] = {}
    for exchange in case.exchanges:
        _forget_what_is_known(lost, case, exchange)
        if exchange.operation not in case.conduct.creates or not succeeded(exchange):
            continue
        key = client_of(case, exchange), request_of(exchange)
        first = lost.pop(key, None)
        if first is not None and not was_in_flight(first, exchange):
            yield Sighting(exchange=exchange, about=exchange.operation, place="body", detail=_double(first, exchange))
        if kinds(exchange) & MANGLING:
            lost[key] = exchange


def _forget_what_is_known(lost: dict[Hashable, Exchange], case: Case, exchange: Exchange) -> None:
    """Let go of creations whose record the client has looked up or deleted since: what it creates now, it means to create."""
    for key, first in list(lost.items()):
        identity = identity_of(first)
        if not identity or client_of(case, first) != client_of(case, exchange) or not was_seen(exchange):
            continue
        was_shown = not is_write(exchange) and f'"{identity}"'.encode() in exchange.body
        was_deleted = exchange.request.method == "DELETE" and last_segment(exchange) == identity
        if was_shown or was_deleted:
            del lost[key]


def _double(first: Exchange, second: Exchange) -> str:
    old, new = identity_of(first) or "a record", identity_of(second) or "another"
    return f"{new} is a double of {old}, which exchange {first.number} created, though its reply did not arrive"


def _polling(case: Case) -> Iterator[Sighting]:
    if case.terms.clock != "real":
        return
    runs: dict[Hashable, list[Exchange]] = {}
    for exchange in case.exchanges:
        client = client_of(case, exchange)
        if is_write(exchange):
            yield from _end_all(runs, client, case)
        elif exchange.operation and was_seen(exchange):
            run = runs.setdefault((client, exchange.request.path, exchange.request.query), [])
            if run and not _is_another_look(run[-1], exchange, case.terms.polling_ms):
                yield from _polls(run, case)
                run.clear()
            run.append(exchange)
    for run in runs.values():
        yield from _polls(run, case)


def _end_all(runs: dict[Hashable, list[Exchange]], client: Hashable, case: Case) -> Iterator[Sighting]:
    """End the runs of a client that changes something, since looking again then makes sense."""
    for key in [key for key in runs if isinstance(key, tuple) and key[0] == client]:
        yield from _polls(runs.pop(key), case)


def _is_another_look(first: Exchange, second: Exchange, polling_ms: int) -> bool:
    waited = waited_ms(first, second)
    is_soon = waited is not None and waited < polling_ms and not was_in_flight(first, second)
    return is_soon and (first.status, first.body) == (second.status, second.body)


def _polls(run: list[Exchange], case: Case) -> Iterator[Sighting]:
    if len(run) < LOOKS:
        return
    for exchange in run[1:]:
        detail = f"the same was asked again within {case.terms.polling_ms} ms, and the answer was the same"
        yield Sighting(exchange=exchange, about=exchange.operation, place="request", detail=detail)


def _about(exchange: Exchange) -> str:
    return exchange.operation or exchange.request.method


IGNORED_RETRY_AFTER = Rule(
    "ignored-retry-after",
    "error",
    "A service that says when to come back lets clients wait, or shuts them out, that come back earlier.",
    _ignored_retry_after,
)
CREATE_REPEATED_AFTER_LOST_REPLY = Rule(
    "create-repeated-after-lost-reply",
    "error",
    "A reply that did not arrive does not mean that nothing was done: look for the record before you create it again.",
    _creates_repeated,
)
POLLING_TOO_FAST = Rule(
    "polling-too-fast",
    "warning",
    "Asking again and again for what has not changed costs both sides, and runs into rate limits.",
    _polling,
)
