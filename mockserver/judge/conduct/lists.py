"""Rules on lists: how a client walks through pages and retrieves rows."""

import re
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field

from mockserver.catalogue.conduct import Asked, ListConvention, Shown
from mockserver.exchange import Exchange, Request
from mockserver.judge.conduct.reading import client_of, is_write, kinds, last_segment, may_not_know, value_of, was_seen
from mockserver.judge.rules import Hit, RuleInput, rule

_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


class Links:
    """Links that a client was given.

    URLs are compared as RFC 3986 normalises them (section 6.2.2): the case of escapes and unnecessary escapes do not
    matter, the order of parameters does. A host or a sandbox's prefix before the provider's path is ignored.
    """

    def __init__(self, links: Iterable[str] = ()) -> None:
        self._paths: dict[str, set[str]] = {}
        self.add(links)

    def add(self, links: Iterable[str]) -> None:
        """Add links; invalid ones lead nowhere."""
        for link in links:
            with suppress(ValueError):
                parts = urlsplit(link)
                self._paths.setdefault(_normal(parts.query), set()).add(_normal(parts.path))

    def lead_to(self, request: Request) -> bool:
        """Return whether the request is for one of the links."""
        path = _normal(request.path)
        return any(each.endswith(path) for each in self._paths.get(_normal(request.query.decode("latin-1")), ()))


def _normal(text: str) -> str:
    return _ESCAPED.sub(_plain, text)


def _plain(escaped: re.Match[str]) -> str:
    sign = chr(int(escaped[1], 16))
    return sign if _UNRESERVED.fullmatch(sign) else escaped[0].upper()


class Step(Struct, frozen=True):
    """One page that a client asked for, and what it could read."""

    exchange: Exchange
    asked: Asked
    shown: Shown | None

    @property
    def is_short(self) -> bool:
        """Whether the page has fewer rows than its limit although more follow."""
        return self.shown is not None and self.shown.has_more and len(self.shown.items) < self.asked.limit


AT_ONCE = 4
"""Simultaneous walks of one client through one list that are kept apart."""

Walk = list[Step]
"""Pages that one client requested, until it starts again without a link."""


def walks(traffic: RuleInput, listing: ListConvention) -> list[Walk]:
    """Return the walks through a list, oldest first."""
    key = "walks", listing.operation
    if key not in traffic.shared:
        traffic.shared[key] = _walks(traffic, listing)
    found: list[Walk] = traffic.shared[key]
    return found


def _walks(traffic: RuleInput, listing: ListConvention) -> list[Walk]:
    found: list[Walk] = []
    latest: dict[Hashable, deque[Walk]] = {}
    for exchange, asked in _pages(traffic, listing):
        begun = latest.setdefault((client_of(traffic, exchange), exchange.request.path, asked.subject), deque(maxlen=AT_ONCE))
        shown = begun[-1][-1].shown if begun else None
        if not begun or (asked.start == 0 and not (shown and Links(shown.links).lead_to(exchange.request))):
            begun.append([])
            found.append(begun[-1])
        _walk_of(begun, asked).append(Step(exchange, asked, listing.shown(exchange) if was_seen(exchange) else None))
    return found


def _walk_of(begun: Sequence[Walk], asked: Asked) -> Walk:
    """Return the latest walk, unless only an earlier one continues here."""
    latest = begun[-1]
    if not latest or _goes_on(latest, asked) or latest[-1].shown is None:
        return latest
    return next((each for each in begun if len(each) > 1 and _goes_on(each, asked)), latest)


def _goes_on(walk: Walk, asked: Asked) -> bool:
    return asked.start == walk[-1].asked.start + walk[-1].asked.limit


def _pages(traffic: RuleInput, listing: ListConvention) -> Iterator[tuple[Exchange, Asked]]:
    for exchange in traffic.exchanges:
        asked = listing.asked(exchange) if exchange.operation == listing.operation else None
        if asked is not None:
            yield exchange, asked


class _Given(Struct):
    """Links of one client, and whether its latest page had `next`."""

    links: Links = field(default_factory=Links)
    has_next: bool = False


@rule("hand-made-page-link", "warning", "If a service links to the next page, follow the link. Its parameters may change.")
def hand_made_page_link(traffic: RuleInput) -> Iterator[Hit]:
    for listing in traffic.conduct.listings:
        readers: dict[Hashable, _Given] = {}
        for exchange, asked in _pages(traffic, listing):
            given = readers.setdefault(client_of(traffic, exchange), _Given())
            if asked.start and given.has_next and not given.links.lead_to(exchange.request):
                detail = "the URL is none of the `next` and `prev` links that the client received"
                yield Hit(exchange=exchange, about=exchange.operation, place="query", detail=detail)
            shown = listing.shown(exchange) if was_seen(exchange) else None
            if shown is not None:
                given.links.add(shown.links)
                given.has_next = shown.next is not None


@rule(
    "walk-past-end",
    "warning",
    "When a reply says that nothing follows, stop. Another request is wasted, and the loop may never end.",
)
def walk_past_end(traffic: RuleInput) -> Iterator[Hit]:
    for listing in traffic.conduct.listings:
        for walk in walks(traffic, listing):
            last: Step | None = None
            for step in walk:
                if last is not None and step.asked.start > last.asked.start and not may_not_know(last.exchange, step.exchange):
                    detail = "the page before said that nothing follows"
                    yield Hit(exchange=step.exchange, about=listing.operation, place="query", detail=detail)
                if step.shown is not None:
                    last = None if step.shown.has_more else step


@rule("walk-stopped-early", "warning", "While the service says that more rows follow, a client does not have the whole list.")
def walk_stopped_early(traffic: RuleInput) -> Iterator[Hit]:
    for step, count in _ends(traffic):
        if not step.is_short and count > 1:
            detail = f"the client stopped after {count} pages, though the last one said that more follow"
            yield Hit(exchange=step.exchange, about=step.exchange.operation, place="reply", detail=detail)


@rule(
    "short-page-taken-as-last",
    "error",
    "A page may have fewer rows than its limit although more follow. Only the reply says which page is the last.",
)
def short_page_taken_as_last(traffic: RuleInput) -> Iterator[Hit]:
    for step, count in _ends(traffic):
        if step.is_short and (count > 1 or "paging" in kinds(step.exchange)):
            detail = "the client stopped at a page with fewer rows than its limit, though it said that more follow"
            yield Hit(exchange=step.exchange, about=step.exchange.operation, place="reply", detail=detail)


def _ends(traffic: RuleInput) -> Iterator[tuple[Step, int]]:
    """Yield last page and length of walks that stopped too early."""
    for listing in traffic.conduct.listings:
        for walk in walks(traffic, listing):
            if _goes_straight(walk) and _has_reason_to_go_on(walk):
                yield walk[-1], len({step.asked.start for step in walk})


def _goes_straight(walk: Walk) -> bool:
    """Return whether the pages follow each other from the first."""
    start = end = 0
    for step in walk:
        if not start <= step.asked.start <= end:
            return False
        start, end = step.asked.start, step.asked.start + step.asked.limit
    return True


def _has_reason_to_go_on(walk: Walk) -> bool:
    """Return whether the last page had new rows and a next page."""
    last = walk[-1]
    if last.shown is None or not last.shown.has_more:
        return False
    before = [item for step in walk[:-1] if step.shown is not None for item in step.shown.items]
    brings_news = any(item not in before for item in last.shown.items)
    following = Links([last.shown.next] if last.shown.next is not None else [])
    return brings_news and not any(following.lead_to(step.exchange.request) for step in walk)


ENOUGH = 3
"""Fewer retrievals are looks at single rows."""


class _Reader(Struct):
    """Rows that one client holds, and its needless retrievals by id.

    Attributes:
        held: operation that would retrieve it, and id → row, as a list showed it.
    """

    held: dict[tuple[str, str], Any] = field(default_factory=dict)
    needless: dict[str, Exchange] = field(default_factory=dict)


@rule("retrieve-per-item", "warning", "If a list shows whole records, retrieving each one again is wasted.")
def retrieve_per_item(traffic: RuleInput) -> Iterator[Hit]:
    lists = {listing.operation: listing for listing in traffic.conduct.listings if listing.retrieve}
    retrieving = {listing.retrieve for listing in lists.values()}
    readers: dict[Hashable, _Reader] = {}
    for exchange in traffic.exchanges:
        reader = readers.setdefault(client_of(traffic, exchange), _Reader())
        if exchange.operation in retrieving:
            _note_retrieval(reader, exchange)
        elif exchange.operation in lists:
            yield from _hits(reader)
            _hold_rows(reader, lists[exchange.operation], exchange)
        elif is_write(exchange):
            for each in readers.values():
                each.held.clear()
    for reader in readers.values():
        yield from _hits(reader)


def _note_retrieval(reader: _Reader, exchange: Exchange) -> None:
    identity = last_segment(exchange)
    held = reader.held.get((exchange.operation, identity))
    if held is not None and was_seen(exchange) and value_of(exchange) == held:
        reader.needless.setdefault(identity, exchange)


def _hold_rows(reader: _Reader, listing: ListConvention, exchange: Exchange) -> None:
    shown = listing.shown(exchange) if was_seen(exchange) else None
    for item in shown.items if shown is not None else ():
        if isinstance(item, dict) and "id" in item and not listing.settles(item):
            reader.held[listing.retrieve, str(item["id"])] = item


def _hits(reader: _Reader) -> Iterator[Hit]:
    """Yield and forget the needless retrievals, if there are enough."""
    found = list(reader.needless.values())
    reader.needless.clear()
    for exchange in found if len(found) >= ENOUGH else ():
        detail = "the list before showed the whole record"
        yield Hit(exchange=exchange, about=exchange.operation, place="path", detail=detail)
