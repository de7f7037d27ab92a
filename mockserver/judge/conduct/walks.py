"""Rules on how a client goes through a list: by which links, how far, and why it stops."""

from collections import deque
from collections.abc import Hashable, Iterator, Sequence

from msgspec import Struct, field

from mockserver.catalogue.conduct import Asked, ListConvention, Shown
from mockserver.exchange import Exchange
from mockserver.judge.conduct.links import Links
from mockserver.judge.conduct.reading import client_of, kinds, may_not_know, was_seen
from mockserver.judge.rules import Hit, Rule, RuleInput


class Step(Struct, frozen=True):
    """One page that a client asked for.

    Attributes:
        shown: None if no page came, or none that the client could read.
    """

    exchange: Exchange
    asked: Asked
    shown: Shown | None

    @property
    def is_short(self) -> bool:
        """Whether the page has fewer rows than a page can have, though more follow."""
        return self.shown is not None and self.shown.has_more and len(self.shown.items) < self.asked.limit


AT_ONCE = 4
"""Walks through one list that may be told apart, though several workers of one client take them at the same time."""

Walk = list[Step]
"""Pages of one list that one client asked for, until it asks for the first one again other than by a link on its last page."""


def walks(case: RuleInput, listing: ListConvention) -> list[Walk]:
    """Return the walks through a list in the order in which they began; filters and sorting make another list of it."""
    key = "walks", listing.operation
    if key not in case.shared:
        case.shared[key] = _walks(case, listing)
    found: list[Walk] = case.shared[key]
    return found


def _walks(case: RuleInput, listing: ListConvention) -> list[Walk]:
    found: list[Walk] = []
    latest: dict[Hashable, deque[Walk]] = {}
    for exchange, asked in _pages(case, listing):
        begun = latest.setdefault((client_of(case, exchange), exchange.request.path, asked.subject), deque(maxlen=AT_ONCE))
        if not begun or (asked.start == 0 and not _leads_to(begun[-1][-1], exchange)):
            begun.append([])
            found.append(begun[-1])
        _walk_of(begun, asked).append(Step(exchange, asked, listing.shown(exchange) if was_seen(exchange) else None))
    return found


def _walk_of(begun: Sequence[Walk], asked: Asked) -> Walk:
    """Return to which walk the page belongs: the latest one, unless only an earlier one goes on with just this page."""
    latest = begun[-1]
    if not latest or _goes_on(latest, asked) or latest[-1].shown is None:
        return latest
    return next((each for each in begun if len(each) > 1 and _goes_on(each, asked)), latest)


def _goes_on(walk: Walk, asked: Asked) -> bool:
    return asked.start == walk[-1].asked.start + walk[-1].asked.limit


def _leads_to(step: Step, exchange: Exchange) -> bool:
    return step.shown is not None and Links(step.shown.links).lead_to(exchange.request)


def _pages(case: RuleInput, listing: ListConvention) -> Iterator[tuple[Exchange, Asked]]:
    for exchange in case.exchanges:
        asked = listing.asked(exchange) if exchange.operation == listing.operation else None
        if asked is not None:
            yield exchange, asked


class _Given(Struct):
    """The links that one client was given, and whether its latest page had one to the next."""

    links: Links = field(default_factory=Links)
    has_next: bool = False


def _hand_made_links(case: RuleInput) -> Iterator[Hit]:
    for listing in case.conduct.listings:
        readers: dict[Hashable, _Given] = {}
        for exchange, asked in _pages(case, listing):
            given = readers.setdefault(client_of(case, exchange), _Given())
            if asked.start and given.has_next and not given.links.lead_to(exchange.request):
                detail = "a page was asked for by another URL than any `next` or `prev` that was given"
                yield Hit(exchange=exchange, about=exchange.operation, place="query", detail=detail)
            shown = listing.shown(exchange) if was_seen(exchange) else None
            if shown is not None:
                given.links.add(shown.links)
                given.has_next = shown.next is not None


def _walks_past_end(case: RuleInput) -> Iterator[Hit]:
    for listing in case.conduct.listings:
        for walk in walks(case, listing):
            last: Step | None = None
            for step in walk:
                if last is not None and step.asked.start > last.asked.start and not may_not_know(last.exchange, step.exchange):
                    detail = "the page before had said that nothing follows"
                    yield Hit(exchange=step.exchange, about=listing.operation, place="query", detail=detail)
                if step.shown is not None:
                    last = None if step.shown.has_more else step


def _walks_stopped_early(case: RuleInput) -> Iterator[Hit]:
    for step, count in _ends(case):
        if not step.is_short and count > 1:
            detail = f"after {count} pages nobody asked for the next one, though the last had said that more follows"
            yield Hit(exchange=step.exchange, about=step.exchange.operation, place="reply", detail=detail)


def _short_pages_taken_as_last(case: RuleInput) -> Iterator[Hit]:
    for step, count in _ends(case):
        if step.is_short and (count > 1 or "paging" in kinds(step.exchange)):
            detail = "nobody asked for the page after one with fewer rows than asked for, though it had said that more follows"
            yield Hit(exchange=step.exchange, about=step.exchange.operation, place="reply", detail=detail)


def _ends(case: RuleInput) -> Iterator[tuple[Step, int]]:
    """Go through the pages after which a walk stopped though it had reason to go on, each with how many pages it had."""
    for listing in case.conduct.listings:
        for walk in walks(case, listing):
            if _goes_straight(walk) and _has_reason_to_go_on(walk):
                yield walk[-1], len({step.asked.start for step in walk})


def _goes_straight(walk: Walk) -> bool:
    """Return whether the pages follow each other from the first one; who jumps or turns back is browsing."""
    start = end = 0
    for step in walk:
        if not start <= step.asked.start <= end:
            return False
        start, end = step.asked.start, step.asked.start + step.asked.limit
    return True


def _has_reason_to_go_on(walk: Walk) -> bool:
    """Return whether the last page was read, brought something new, and leads to another page than those of before."""
    last = walk[-1]
    if last.shown is None or not last.shown.has_more:
        return False
    before = [item for step in walk[:-1] if step.shown is not None for item in step.shown.items]
    brings_news = any(item not in before for item in last.shown.items)
    following = Links([last.shown.next] if last.shown.next is not None else [])
    return brings_news and not any(following.lead_to(step.exchange.request) for step in walk)


HAND_MADE_PAGE_LINK = Rule(
    "hand-made-page-link",
    "warning",
    "Where a service gives the link to the next page, that link is the promise: what it is made of may change, and be lost.",
    _hand_made_links,
)
WALK_STOPPED_EARLY = Rule(
    "walk-stopped-early",
    "warning",
    "Whoever needs all rows of a list has not got them while the service says that more follow.",
    _walks_stopped_early,
)
WALK_PAST_END = Rule(
    "walk-past-end",
    "warning",
    "A reply that says that nothing follows is the end: asking on costs a call, and may never end.",
    _walks_past_end,
)
SHORT_PAGE_TAKEN_AS_LAST = Rule(
    "short-page-taken-as-last",
    "error",
    "A page may have fewer rows than were asked for although more follow; only the reply's own word says which is the last.",
    _short_pages_taken_as_last,
)
